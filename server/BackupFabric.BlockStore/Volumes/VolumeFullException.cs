namespace BackupFabric.BlockStore.Volumes;

/// <summary>The volume had no room for what was written. Nothing of the failed step counts: an append leaves the file's length as it was.</summary>
public sealed class VolumeFullException(string sentence, Exception? inner = null) : IOException(sentence, inner);
