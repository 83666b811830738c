namespace BackupFabric.BlockStore.Volumes;

/// <summary>
/// Reads and appends no faster than so many bytes per second, each direction by itself; null is no limit. Reads without a task (index pages) do not wait, but what they
/// read is paid for by the next read that does.
/// </summary>
public sealed class RateLimitedVolume : VolumeDecorator
{
    private readonly BytePace? _reading;
    private readonly BytePace? _writing;

    public RateLimitedVolume(IVolume inner, long? readBytesPerSecond, long? writeBytesPerSecond, TimeProvider time)
        : base(inner)
    {
        _reading = PaceOf(readBytesPerSecond, time);
        _writing = PaceOf(writeBytesPerSecond, time);
    }

    protected override IVolumeFile Decorate(IVolumeFile file) => new PacedFile(this, file);

    private static BytePace? PaceOf(long? bytesPerSecond, TimeProvider time)
    {
        if (bytesPerSecond is not { } rate) return null;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate, nameof(bytesPerSecond));
        return new(rate, time);
    }

    private sealed class PacedFile(RateLimitedVolume volume, IVolumeFile inner) : VolumeFileDecorator(inner)
    {
        public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            if (volume._reading is { } pace) await pace.PassAsync(Math.Clamp(Length - offset, 0, buffer.Length), cancellation);
            return await base.ReadAsync(offset, buffer, cancellation);
        }

        public override int Read(long offset, Span<byte> buffer)
        {
            var read = base.Read(offset, buffer);
            volume._reading?.Charge(read);
            return read;
        }

        public override async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            if (volume._writing is { } pace) await pace.PassAsync(data.Length, cancellation);
            await base.AppendAsync(data, cancellation);
        }
    }
}
