namespace BackupFabric.Disks;

/// <summary>
/// An image that cannot be read or written as it is: damaged, foreign, or of an unsupported kind. <see cref="Code"/> is stable; the message is a sentence,
/// <see cref="Advice"/> says what to do.
/// </summary>
public sealed class DiskImageException(string code, string sentence, string advice, Exception? inner = null) : IOException(sentence, inner)
{
    public string Code { get; } = code;

    public string Advice { get; } = advice;
}
