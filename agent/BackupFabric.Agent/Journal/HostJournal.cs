using System.Collections.Concurrent;
using System.Text.Json;
using BackupFabric.Agent.Ports;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Journal;

/// <summary>
/// One small file per thing made on the host. An entry exists from before the thing is made until after it is gone, so a crash at any
/// moment leaves at worst an entry for something that is not there, which is cleaned up without effect.
/// </summary>
internal sealed class HostJournal : IHostJournal
{
    private const string Ending = ".json";

    private readonly ConcurrentDictionary<Guid, JournalEntry> _entries = new();
    private readonly string _folder;
    private readonly TimeProvider _time;

    public HostJournal(string folder, TimeProvider time, ILogger<HostJournal> log)
    {
        (_folder, _time) = (folder, time);
        DurableFile.CreateFolder(folder);
        DurableFile.DropUnfinished(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Ending))
        {
            if (Read(file) is { } entry) _entries[entry.Id] = entry;
            else SetAside(file, log);
        }
    }

    public IReadOnlyCollection<JournalEntry> Entries => [.. _entries.Values];

    public ValueTask<JournalEntry> RecordAsync(Guid jobId, JournalKind kind, Guid vmId, string detail, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Put(new JournalEntry(Guid.NewGuid(), jobId, kind, vmId, detail, _time.GetUtcNow())));
    }

    public ValueTask<JournalEntry> AmendAsync(JournalEntry entry, string detail, CancellationToken cancellation)
    {
        if (!_entries.TryGetValue(entry.Id, out var current))
            throw new InvalidOperationException($"The journal entry {entry.Id} was forgotten already and cannot be amended.");
        // No cancellation here: what was made must be findable, whatever the caller wants by now.
        return ValueTask.FromResult(Put(current with { Detail = detail }));
    }

    public ValueTask ForgetAsync(JournalEntry entry, CancellationToken cancellation)
    {
        if (_entries.TryRemove(entry.Id, out _)) DurableFile.Delete(PathOf(entry.Id));
        return ValueTask.CompletedTask;
    }

    private JournalEntry Put(JournalEntry entry)
    {
        DurableFile.Write(PathOf(entry.Id), JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry));
        _entries[entry.Id] = entry;
        return entry;
    }

    private string PathOf(Guid id) => Path.Combine(_folder, id.ToString("N") + Ending);

    private static JournalEntry? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), JournalJson.Default.JournalEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Renaming makes torn content impossible on a sound file system; on an unsound one the file is kept for a person to look at.
    private static void SetAside(string file, ILogger log)
    {
        var aside = file + ".damaged";
        File.Move(file, aside, overwrite: true);
        log.EntrySetAside(aside);
    }
}
