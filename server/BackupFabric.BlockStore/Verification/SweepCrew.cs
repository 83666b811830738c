using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace BackupFabric.BlockStore.Verification;

/// <summary>Workers that prove windows while the reader fills the next ones. Memory: a fixed number of windows, and one buffer per worker.</summary>
internal sealed class SweepCrew : IAsyncDisposable
{
    /// <summary>Large enough that a disk reads in long strokes, small enough that several fit a processor's outer cache.</summary>
    private const int WindowBytes = 2 << 20;

    /// <summary>Windows beside those in the workers' hands: one being read, one waiting.</summary>
    private const int WindowsAhead = 2;

    private readonly Channel<SweepWindow> _free = Channel.CreateUnbounded<SweepWindow>();
    private readonly Channel<SweepWindow> _read = Channel.CreateUnbounded<SweepWindow>();
    private readonly RecordProof[] _proofs;
    private readonly Task[] _workers;
    private readonly int _windows;
    private ExceptionDispatchInfo? _fault;

    public SweepCrew(int workers, Func<RecordProof> proof, int recordBytesMax)
    {
        WindowLength = Math.Max(WindowBytes, recordBytesMax);
        _windows = workers + WindowsAhead;
        for (var i = 0; i < _windows; i++) _free.Writer.TryWrite(new(WindowLength));
        _proofs = [.. Enumerable.Range(0, workers).Select(_ => proof())];
        _workers = [.. _proofs.Select(proof => Task.Run(() => WorkAsync(proof)))];
    }

    public int WindowLength { get; }

    public long Blocks => _proofs.Sum(proof => proof.Blocks);

    public long Nodes => _proofs.Sum(proof => proof.Nodes);

    public long BytesDecoded => _proofs.Sum(proof => proof.BytesDecoded);

    /// <summary>A window that nobody uses; waits for one, so the reader is never further ahead than there are windows.</summary>
    public async ValueTask<SweepWindow> RentAsync(CancellationToken cancellation)
    {
        var window = await _free.Reader.ReadAsync(cancellation);
        if (_fault is null) return window;
        Return(window);
        _fault.Throw();
        return window;
    }

    public void Post(SweepWindow window) => _read.Writer.TryWrite(window);

    public void Return(SweepWindow window) => _free.Writer.TryWrite(window);

    /// <summary>Returns when all that was posted is proved.</summary>
    public async Task DrainAsync()
    {
        var all = new List<SweepWindow>();
        while (all.Count < _windows) all.Add(await _free.Reader.ReadAsync());
        foreach (var window in all) Return(window);
        _fault?.Throw();
    }

    public async ValueTask DisposeAsync()
    {
        _read.Writer.Complete();
        await Task.WhenAll(_workers);
        foreach (var proof in _proofs) proof.Dispose();
    }

    private async Task WorkAsync(RecordProof proof)
    {
        await foreach (var window in _read.Reader.ReadAllAsync())
        {
            try
            {
                if (_fault is null) proof.Prove(window);
            }
            catch (Exception fault)
            {
                // The reader hears of it; the windows still go round, so that nobody waits for ever.
                _fault = ExceptionDispatchInfo.Capture(fault);
            }

            Return(window);
        }
    }
}
