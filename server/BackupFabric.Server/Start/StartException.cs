namespace BackupFabric.Server.Start;

/// <summary>The server cannot start as it was told to: a sentence and an advice for whoever started it, no stack trace.</summary>
internal sealed class StartException(string sentence, string advice, Exception? inner = null) : Exception(sentence, inner)
{
    public string Advice { get; } = advice;
}
