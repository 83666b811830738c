namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>The lab cannot do what was asked: a stable code, a sentence, and what to do.</summary>
public sealed class LabException(string code, string sentence, string advice, Exception? inner = null) : Exception(sentence, inner)
{
    public string Code { get; } = code;

    public string Advice { get; } = advice;
}
