namespace BackupFabric.BlockStore.Tests.Kit;

/// <summary>A clock that stands where a test puts it; it may also be put back.</summary>
internal sealed class TestClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
