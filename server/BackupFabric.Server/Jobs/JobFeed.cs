using System.Collections.Concurrent;
using System.Threading.Channels;

namespace BackupFabric.Server.Jobs;

/// <summary>
/// Tells watchers that a job changed. A watcher gets a nudge, not the news: it reads the job itself, so a slow one misses steps in
/// between but never the last state.
/// </summary>
internal sealed class JobFeed
{
    private readonly ConcurrentDictionary<Guid, Watchers> _watched = new();

    public Watch Subscribe(Guid jobId)
    {
        var nudges = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        while (true)
        {
            var watchers = _watched.GetOrAdd(jobId, _ => new Watchers());
            if (watchers.Add(nudges)) return new Watch(this, jobId, nudges);
        }
    }

    public void Changed(Guid jobId)
    {
        if (_watched.TryGetValue(jobId, out var watchers)) watchers.Nudge();
    }

    private void Leave(Guid jobId, Channel<bool> nudges)
    {
        if (_watched.TryGetValue(jobId, out var watchers) && watchers.RemoveAndIsEmpty(nudges))
            _watched.TryRemove(new KeyValuePair<Guid, Watchers>(jobId, watchers));
    }

    internal sealed class Watch(JobFeed feed, Guid jobId, Channel<bool> nudges) : IDisposable
    {
        public ChannelReader<bool> Nudges => nudges.Reader;

        public void Dispose() => feed.Leave(jobId, nudges);
    }

    private sealed class Watchers
    {
        private readonly List<Channel<bool>> _channels = [];
        private bool _closed;

        public bool Add(Channel<bool> channel)
        {
            lock (_channels)
            {
                if (_closed) return false;
                _channels.Add(channel);
                return true;
            }
        }

        public bool RemoveAndIsEmpty(Channel<bool> channel)
        {
            lock (_channels)
            {
                _channels.Remove(channel);
                return _closed = _channels.Count == 0;
            }
        }

        public void Nudge()
        {
            lock (_channels)
            {
                foreach (var channel in _channels) channel.Writer.TryWrite(true);
            }
        }
    }
}
