namespace BackupFabric.Server.Tests.Kit;

/// <summary>The real clock, as far ahead as a test wants: timers run as always, and what is due by date is due at once.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
}
