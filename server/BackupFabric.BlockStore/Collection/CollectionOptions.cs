namespace BackupFabric.BlockStore.Collection;

/// <param name="DryRun">Tells what a collection would do. It may write index files and seal a pack; points and records are left as they are.</param>
/// <param name="EmptyTrashOlderThan">Purges what has been in the trash at least that long; zero: all of it; null: the trash is left alone.</param>
/// <param name="ThinShare">
/// A pack is rewritten when less than this share of it is needed. At three quarters at most three bytes are written for each one given back, and at most a
/// quarter of what lies in packs is dead, about an eighth when what dies is spread evenly.
/// </param>
public sealed record CollectionOptions(bool DryRun = false, TimeSpan? EmptyTrashOlderThan = null, double ThinShare = 0.75);
