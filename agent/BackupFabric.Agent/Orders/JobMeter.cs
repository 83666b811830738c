using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Orders;

/// <summary>What a job has done so far. Written by its workers, sampled for the progress that people watch.</summary>
internal sealed class JobMeter
{
    private long _diskBytes;
    private long _workBytes;
    private long _doneBytes;
    private long _readBytes;
    private long _changedBytes;
    private long _offeredBlocks;
    private long _sentBlocks;
    private long _sentBytes;
    private long _writtenBytes;
    private int _resumed;
    private volatile string _phase = "waiting";
    private volatile string _detail = string.Empty;

    public string Phase
    {
        get => _phase;
        set => _phase = value;
    }

    public string Detail
    {
        get => _detail;
        set => _detail = value;
    }

    public void SetDisks(long bytes, long changedBytes)
    {
        Interlocked.Exchange(ref _diskBytes, bytes);
        Interlocked.Exchange(ref _changedBytes, changedBytes);
    }

    /// <summary>A new attempt at the same work starts its progress anew; what was read and sent stays counted.</summary>
    public void SetWork(long bytes)
    {
        Interlocked.Exchange(ref _workBytes, bytes);
        Interlocked.Exchange(ref _doneBytes, 0);
    }

    public void Done(long bytes) => Interlocked.Add(ref _doneBytes, bytes);

    public void Read(long bytes) => Interlocked.Add(ref _readBytes, bytes);

    public void Offered(int blocks) => Interlocked.Add(ref _offeredBlocks, blocks);

    public void Sent(int blocks, long payloadBytes)
    {
        Interlocked.Add(ref _sentBlocks, blocks);
        Interlocked.Add(ref _sentBytes, payloadBytes);
    }

    public void Written(long bytes) => Interlocked.Add(ref _writtenBytes, bytes);

    public void Resumed() => Interlocked.Increment(ref _resumed);

    public JobProgress Progress(string jobId, uint attempt) => new()
    {
        JobId = jobId,
        Attempt = attempt,
        Phase = Phase,
        DoneBytes = Sample(ref _doneBytes),
        WorkBytes = Sample(ref _workBytes),
        ReadBytes = Sample(ref _readBytes),
        SentBytes = Sample(ref _sentBytes),
        Detail = Detail,
    };

    public JobFigures Figures() => new()
    {
        DiskBytes = Sample(ref _diskBytes),
        ReadBytes = Sample(ref _readBytes),
        ChangedBytes = Sample(ref _changedBytes),
        OfferedBlocks = Sample(ref _offeredBlocks),
        SentBlocks = Sample(ref _sentBlocks),
        SentBytes = Sample(ref _sentBytes),
        WrittenBytes = Sample(ref _writtenBytes),
        Resumed = (uint)Volatile.Read(ref _resumed),
    };

    private static ulong Sample(ref long value) => (ulong)Volatile.Read(ref value);
}
