namespace BackupFabric.Disks.Tests.Faults;

/// <summary>The writer is gone: nothing after this reaches its files.</summary>
internal sealed class PowerCut() : Exception("The writer was stopped here.");

/// <summary>What becomes of writes that were not flushed when the writer stopped.</summary>
internal enum Loss
{
    /// <summary>The process was killed; the operating system keeps what it was given.</summary>
    Nothing,

    /// <summary>The power went, and nothing unflushed had reached the volume.</summary>
    AllUnflushed,

    /// <summary>The power went in the middle: any of it may have reached the volume, in any order, torn between sectors.</summary>
    SomeUnflushed,
}
