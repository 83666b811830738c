namespace BackupFabric.Agent.Lab.Faults;

/// <summary>
/// faults.json in the lab's folder: what goes wrong on purpose. Every process of the lab reads it; an entry without a host or VM holds for all.
/// </summary>
internal sealed class FaultDocument
{
    public List<MethodFault> Methods { get; set; } = [];

    public List<ReadFault> Reads { get; set; } = [];

    public List<WriteFault> Writes { get; set; } = [];

    public List<VolumeFault> Volumes { get; set; } = [];

    public List<PauseFault> Pauses { get; set; } = [];

    public List<TrackingFault> Tracking { get; set; } = [];
}

/// <summary>A WMI method that answers with <see cref="ReturnValue"/>, or whose job fails with <see cref="JobError"/>.</summary>
internal sealed class MethodFault
{
    public string Method { get; set; } = "";

    public string? Host { get; set; }

    /// <summary>Name or GUID of the VM that the call is about.</summary>
    public string? Vm { get; set; }

    public uint? ReturnValue { get; set; }

    public string? JobError { get; set; }

    public int JobErrorCode { get; set; } = 32768;

    /// <summary>For CreateSnapshot: fails only for this consistency level (1 application, 2 crash).</summary>
    public int? ConsistencyLevel { get; set; }

    /// <summary>How many calls are still to fail; null for all.</summary>
    public int? Times { get; set; }
}

/// <summary>Reads of virtual disks that are slow or fail.</summary>
internal sealed class ReadFault
{
    public string? Host { get; set; }

    /// <summary>A part of the disk's path; null for every disk.</summary>
    public string? Path { get; set; }

    public int DelayMilliseconds { get; set; }

    public uint? Code { get; set; }
}

/// <summary>Writes to images being restored that are slow or fail.</summary>
internal sealed class WriteFault
{
    public string? Host { get; set; }

    /// <summary>A part of the disk's path; null for every disk.</summary>
    public string? Path { get; set; }

    public int DelayMilliseconds { get; set; }

    public uint? Code { get; set; }
}

/// <summary>A volume that has no more than so many free bytes.</summary>
internal sealed class VolumeFault
{
    public string? Host { get; set; }

    public string Volume { get; set; } = "C";

    public long FreeBytes { get; set; }
}

/// <summary>A named point at which the process that reaches it writes a mark to the folder "paused" and waits until this entry is gone.</summary>
internal sealed class PauseFault
{
    public string Point { get; set; } = "";

    public string? Host { get; set; }
}

/// <summary>Change tracking that lies (ranges withheld from every answer) or has been lost.</summary>
internal sealed class TrackingFault
{
    public string? Vm { get; set; }

    /// <summary>Every n-th range is left out.</summary>
    public int WithholdEvery { get; set; }

    /// <summary>The error that every query answers with.</summary>
    public uint? Code { get; set; }
}
