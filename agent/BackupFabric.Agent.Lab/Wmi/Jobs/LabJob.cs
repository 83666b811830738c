namespace BackupFabric.Agent.Lab.Wmi.Jobs;

/// <summary>A Msvm_ConcreteJob in the making.</summary>
internal sealed class LabJob(Guid id, ushort type, string caption, Guid? vm, ushort operation, DateTimeOffset started)
{
    private readonly Lock _change = new();
    private readonly List<string> _affected = [];

    public const ushort Running = 4;
    public const ushort Completed = 7;
    public const ushort Exception = 10;

    public Guid Id { get; } = id;

    public ushort Type { get; } = type;

    public string Caption { get; } = caption;

    public Guid? Vm { get; } = vm;

    /// <summary>What the VM shows in OperationalStatus[1] while the job runs.</summary>
    public ushort Operation { get; } = operation;

    public DateTimeOffset Started { get; } = started;

    public DateTimeOffset? Ended { get; private set; }

    public ushort State { get; private set; } = Running;

    public ushort Percent { get; private set; }

    public ushort ErrorCode { get; private set; }

    public string ErrorDescription { get; private set; } = "";

    public IReadOnlyList<string> ErrorDetails { get; private set; } = [];

    public IReadOnlyList<string> Affected
    {
        get
        {
            lock (_change)
                return [.. _affected];
        }
    }

    public void Progress(ushort percent) => Percent = Math.Max(Percent, percent);

    /// <summary>The object that the job makes or changes, by its path.</summary>
    public void Affects(string path)
    {
        lock (_change)
            _affected.Add(path);
    }

    public void End(DateTimeOffset at)
    {
        Percent = 100;
        Ended = at;
        State = Completed;
    }

    public void Fail(DateTimeOffset at, ushort code, string description, IReadOnlyList<string> details)
    {
        ErrorCode = code;
        ErrorDescription = description;
        ErrorDetails = details;
        Ended = at;
        State = Exception;
    }
}
