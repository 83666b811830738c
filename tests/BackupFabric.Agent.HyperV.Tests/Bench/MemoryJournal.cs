using System.Collections.Concurrent;
using BackupFabric.Agent.Ports;

namespace BackupFabric.Agent.HyperV.Tests.Bench;

/// <summary>What would be on the agent's disk: it survives the agent's death in these tests.</summary>
internal sealed class MemoryJournal : IHostJournal
{
    private readonly ConcurrentDictionary<Guid, JournalEntry> _entries = new();

    public IReadOnlyList<JournalEntry> Entries => [.. _entries.Values.OrderByDescending(e => e.At)];

    /// <summary>Runs before every write; a test lets the agent die there.</summary>
    public Action BeforeWrite { get; set; } = () => { };

    public ValueTask<JournalEntry> RecordAsync(Guid jobId, JournalKind kind, Guid vmId, string detail, CancellationToken cancellation)
    {
        BeforeWrite();
        return Put(new(Guid.NewGuid(), jobId, kind, vmId, detail, DateTimeOffset.UtcNow));
    }

    public ValueTask<JournalEntry> AmendAsync(JournalEntry entry, string detail, CancellationToken cancellation)
    {
        BeforeWrite();
        return Put(entry with { Detail = detail });
    }

    public ValueTask ForgetAsync(JournalEntry entry, CancellationToken cancellation)
    {
        BeforeWrite();
        _entries.TryRemove(entry.Id, out _);
        return ValueTask.CompletedTask;
    }

    /// <summary>As the agent does when the server has noted a baseline or an outcome.</summary>
    public void Noted() => _entries.Clear();

    private ValueTask<JournalEntry> Put(JournalEntry entry)
    {
        _entries[entry.Id] = entry;
        return ValueTask.FromResult(entry);
    }
}
