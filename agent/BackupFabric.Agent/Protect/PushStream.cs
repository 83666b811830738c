using System.Collections.Concurrent;
using BackupFabric.Agent.Connection;
using BackupFabric.Blocks;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Agent.Protect;

/// <summary>
/// One open Push: questions and their answers, and blocks within the bound of what the server has acknowledged. Any number of callers at once.
/// When the stream breaks, everything that waits on it fails, and <see cref="Broken"/> tells the others to stop.
/// </summary>
internal sealed class PushStream : IAsyncDisposable
{
    private const int BatchOverhead = 4096;
    private static readonly TimeSpan PartingPatience = TimeSpan.FromSeconds(5);

    private readonly AsyncDuplexStreamingCall<PushMessage, PushDown> _call;
    private readonly CancellationTokenSource _broken;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _batches;
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<Need>> _needs = new();
    private readonly ConcurrentQueue<TaskCompletionSource<LayoutReply>> _layouts = new();
    private readonly TaskCompletionSource<Committed> _committed = Answer<Committed>();
    private readonly TaskCompletionSource<Rebased> _rebased = Answer<Rebased>();
    private readonly Task _reading;
    private ulong _sequence;
    private ulong _stored;
    private Exception? _failure;

    private PushStream(AsyncDuplexStreamingCall<PushMessage, PushDown> call, CancellationTokenSource broken, PushBegan began, TransferLimits limits)
    {
        (_call, _broken, Began) = (call, broken, began);
        // The greatest block must fit, whatever was asked for.
        var greatest = BlockSealer.BoundOf((int)began.Cutting.GreatestClusters * Cluster.Size) + BatchOverhead;
        BatchBytes = Math.Max(greatest, Bounded(limits.BatchBytes, began.BatchBytesMax));
        _batches = new SemaphoreSlim(Bounded(limits.BatchesInFlight, began.BatchesInFlightMax));
        _reading = ReadAsync();
    }

    public PushBegan Began { get; }

    public int BatchBytes { get; }

    /// <summary>Why the stream broke; null while it is whole.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public CancellationToken Broken => _broken.Token;

    public static async Task<PushStream> OpenAsync(
        BlockTransferClient client, PushBegin begin, TransferLimits limits, CancellationToken cancellation)
    {
        var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var call = client.Push(broken.Token);
        try
        {
            await call.WriteAsync(new PushUp { Begin = begin }, cancellation);
            if (!await call.ResponseStream.MoveNext(cancellation) || call.ResponseStream.Current.BodyCase != PushDown.BodyOneofCase.Began)
                throw OutOfTurn("did not answer the beginning of a transfer");
            return new PushStream(call, broken, call.ResponseStream.Current.Began, limits);
        }
        catch
        {
            call.Dispose();
            broken.Dispose();
            throw;
        }
    }

    /// <summary>Asks which of the blocks the server lacks. The memory may be reused once the answer is there.</summary>
    public async Task<Need> OfferAsync(ReadOnlyMemory<byte> ids, CancellationToken cancellation)
    {
        var sequence = Interlocked.Increment(ref _sequence);
        var answer = Answer<Need>();
        _needs[sequence] = answer;
        await SendAsync(new PushUp { Offer = new Offer { Sequence = sequence, Ids = UnsafeByteOperations.UnsafeWrap(ids) } }, cancellation);
        return await WaitAsync(answer.Task, cancellation);
    }

    public async Task<LayoutReply> LayoutAsync(int disk, IEnumerable<long> spans, CancellationToken cancellation)
    {
        var query = new LayoutQuery { Disk = (uint)disk };
        query.Spans.AddRange(spans.Select(s => (ulong)s));
        var answer = Answer<LayoutReply>();
        await _writing.WaitAsync(cancellation);
        try
        {
            // Answers carry no number: the queue must have the order of the questions.
            _layouts.Enqueue(answer);
            await WriteAsync(new PushUp { Layout = query }, cancellation);
        }
        finally
        {
            _writing.Release();
        }

        return await WaitAsync(answer.Task, cancellation);
    }

    /// <summary>Sends a batch once the server has room for it. The batch may be reused when this returns.</summary>
    public async Task SendAsync(BlockBatchBuffer batch, CancellationToken cancellation)
    {
        await _batches.WaitAsync(cancellation);
        await SendAsync(new PushMessage(batch), cancellation);
    }

    public Task SendAsync(SpanMap span, CancellationToken cancellation) => SendAsync(new PushUp { Span = span }, cancellation);

    public async Task<Committed> CommitAsync(PushCommit commit, CancellationToken cancellation)
    {
        await SendAsync(new PushUp { Commit = commit }, cancellation);
        return await WaitAsync(_committed.Task, cancellation);
    }

    public async Task<Rebased> RebaseAsync(PushRebase rebase, CancellationToken cancellation)
    {
        await SendAsync(new PushUp { Rebase = rebase }, cancellation);
        return await WaitAsync(_rebased.Task, cancellation);
    }

    /// <summary>Ends the stream in peace, so that the server need not wonder. Everything that matters has been answered before.</summary>
    public async Task EndAsync()
    {
        try
        {
            await _call.RequestStream.CompleteAsync();
            await _reading.WaitAsync(PartingPatience);
        }
        catch (Exception parting) when (parting is RpcException or InvalidOperationException or OperationCanceledException or TimeoutException)
        {
            // A stream that breaks now breaks too late to hurt.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _broken.CancelAsync();
        _call.Dispose();
        await _reading;
        _broken.Dispose();
        _writing.Dispose();
        _batches.Dispose();
    }

    private async Task SendAsync(PushMessage message, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            await WriteAsync(message, cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task WriteAsync(PushMessage message, CancellationToken cancellation)
    {
        if (Failure is { } failure) throw failure;
        try
        {
            await _call.WriteAsync(message, cancellation);
        }
        catch (RpcException refused) when (!cancellation.IsCancellationRequested)
        {
            // The call has ended; why, only the reading side learns.
            await _reading;
            throw Failure ?? refused;
        }
    }

    private async Task<T> WaitAsync<T>(Task<T> answer, CancellationToken cancellation)
    {
        // A stream that broke before the question was noted down would leave it unanswered.
        if (Failure is { } failure) throw failure;
        return await answer.WaitAsync(cancellation);
    }

    private async Task ReadAsync()
    {
        Exception failure = OutOfTurn("ended the transfer");
        try
        {
            while (await _call.ResponseStream.MoveNext(_broken.Token)) Handle(_call.ResponseStream.Current);
        }
        catch (Exception broken) when (broken is RpcException or OperationCanceledException or IOException)
        {
            failure = broken;
        }

        await FailAsync(failure);
    }

    private void Handle(PushDown message)
    {
        switch (message.BodyCase)
        {
            case PushDown.BodyOneofCase.Need when _needs.TryRemove(message.Need.Sequence, out var need):
                need.TrySetResult(message.Need);
                break;
            case PushDown.BodyOneofCase.Layout when _layouts.TryDequeue(out var layout):
                layout.TrySetResult(message.Layout);
                break;
            case PushDown.BodyOneofCase.Stored when message.Stored.Batches > _stored:
                _batches.Release((int)(message.Stored.Batches - _stored));
                _stored = message.Stored.Batches;
                break;
            case PushDown.BodyOneofCase.Committed:
                _committed.TrySetResult(message.Committed);
                break;
            case PushDown.BodyOneofCase.Rebased:
                _rebased.TrySetResult(message.Rebased);
                break;
            default:
                throw OutOfTurn($"sent an answer to nothing ({message.BodyCase})");
        }
    }

    private async Task FailAsync(Exception failure)
    {
        Volatile.Write(ref _failure, failure);
        foreach (var need in _needs.Values) Fail(need);
        foreach (var layout in _layouts) Fail(layout);
        Fail(_committed);
        Fail(_rebased);
        await _broken.CancelAsync();

        void Fail<T>(TaskCompletionSource<T> answer)
        {
            if (answer.TrySetException(failure)) _ = answer.Task.Exception;
        }
    }

    private static int Bounded(int ours, uint theirs) => theirs == 0 ? ours : (int)Math.Min((uint)ours, theirs);

    private static RpcException OutOfTurn(string what) => new(new Status(StatusCode.Unavailable, $"The server {what}."));

    private static TaskCompletionSource<T> Answer<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
