namespace BackupFabric.BlockStore;

/// <summary>A repository that cannot do what was asked. <see cref="Code"/> is stable; the message is a sentence, <see cref="Advice"/> says what to do.</summary>
public sealed class RepositoryException(string code, string sentence, string advice, Exception? inner = null) : IOException(sentence, inner)
{
    public string Code { get; } = code;

    public string Advice { get; } = advice;
}
