namespace BackupFabric.Cli.Commands.Store;

/// <summary>How far something long has come.</summary>
/// <param name="What">What is being done now; when it changes, the bar begins anew.</param>
/// <param name="AreBytes">Else the numbers are of things.</param>
internal readonly record struct StoreStep(string What, long Done, long Total, bool AreBytes = true)
{
    public string Amount => AreBytes ? $"{Output.Units.Bytes(Done)} of {Output.Units.Bytes(Total)}" : $"{Done} of {Total}";
}
