using BackupFabric.Agent.Ports;

namespace BackupFabric.Agent.Journal;

/// <summary>Writes every entry in the name of one job, for callers that do not know which job they work for.</summary>
internal sealed class JobJournal(IHostJournal journal, Guid job) : IHostJournal
{
    public ValueTask<JournalEntry> RecordAsync(Guid jobId, JournalKind kind, Guid vmId, string detail, CancellationToken cancellation) =>
        journal.RecordAsync(job, kind, vmId, detail, cancellation);

    public ValueTask<JournalEntry> AmendAsync(JournalEntry entry, string detail, CancellationToken cancellation) =>
        journal.AmendAsync(entry, detail, cancellation);

    public ValueTask ForgetAsync(JournalEntry entry, CancellationToken cancellation) => journal.ForgetAsync(entry, cancellation);
}
