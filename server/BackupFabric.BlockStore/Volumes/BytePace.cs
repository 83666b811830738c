namespace BackupFabric.BlockStore.Volumes;

/// <summary>
/// Holds a flow of bytes to a rate: each one waits until those before it are paid for. Time that passed idle is not saved up, so there are no bursts but the first.
/// </summary>
internal sealed class BytePace(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _paidAt = time.GetTimestamp();

    /// <summary>Counts bytes that have passed, without waiting for them; later ones wait.</summary>
    public void Charge(long bytes) => Book(bytes);

    /// <summary>Counts bytes, after waiting for those counted before.</summary>
    public async ValueTask PassAsync(long bytes, CancellationToken cancellation)
    {
        var wait = Book(bytes);
        if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellation);
    }

    /// <summary>How long it takes until all that was booked before is paid for.</summary>
    private TimeSpan Book(long bytes)
    {
        var ticks = (long)(bytes / (double)bytesPerSecond * time.TimestampFrequency);
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var start = Math.Max(now, _paidAt);
            _paidAt = start + ticks;
            return time.GetElapsedTime(now, start);
        }
    }
}
