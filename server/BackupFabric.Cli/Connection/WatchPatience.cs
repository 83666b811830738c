namespace BackupFabric.Cli.Connection;

/// <param name="Pause">Between a broken stream and the next try.</param>
/// <param name="Silence">A stream that brings nothing for so long may be dead without anybody having noticed: it is asked anew.</param>
/// <param name="GiveUpAfter">A server that restarts is back by then.</param>
internal sealed record WatchPatience(TimeSpan Pause, TimeSpan Silence, TimeSpan GiveUpAfter)
{
    public static readonly WatchPatience Default = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(2));
}
