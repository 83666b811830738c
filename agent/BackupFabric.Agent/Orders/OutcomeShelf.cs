using System.Collections.Concurrent;
using System.Threading.Channels;
using BackupFabric.Agent.Journal;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Agent.Orders;

/// <summary>
/// Outcomes that the server has not yet noted, durable, so that neither a lost stream nor a restart loses how a job ended.
/// </summary>
internal sealed class OutcomeShelf
{
    private const string Ending = ".outcome";

    private readonly ConcurrentDictionary<string, JobOutcome> _outcomes = new();
    private readonly Channel<JobOutcome> _fresh = Channel.CreateUnbounded<JobOutcome>();
    private readonly string _folder;

    public OutcomeShelf(string folder)
    {
        _folder = folder;
        DurableFile.CreateFolder(folder);
        DurableFile.DropUnfinished(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Ending))
        {
            // One that cannot be read says nothing to anybody; the server finds the job unfinished and starts it anew.
            if (Read(file) is { } outcome) _outcomes[KeyOf(outcome.JobId)] = outcome;
            else File.Move(file, file + ".damaged", overwrite: true);
        }
    }

    public IReadOnlyCollection<JobOutcome> All => [.. _outcomes.Values];

    /// <summary>Outcomes as they are put on the shelf, for whoever holds the stream; after a reconnect <see cref="All"/> counts.</summary>
    public ChannelReader<JobOutcome> Fresh => _fresh.Reader;

    public JobOutcome? Find(string jobId, uint attempt) =>
        _outcomes.TryGetValue(KeyOf(jobId), out var outcome) && outcome.Attempt == attempt ? outcome : null;

    /// <summary>Durable when it returns.</summary>
    public void Put(JobOutcome outcome)
    {
        DurableFile.Write(PathOf(outcome.JobId), outcome.ToByteArray());
        _outcomes[KeyOf(outcome.JobId)] = outcome;
        _fresh.Writer.TryWrite(outcome);
    }

    /// <summary>Sends an outcome again that the server seems to have missed.</summary>
    public void Repeat(JobOutcome outcome) => _fresh.Writer.TryWrite(outcome);

    public void Noted(string jobId)
    {
        if (_outcomes.TryRemove(KeyOf(jobId), out _)) DurableFile.Delete(PathOf(jobId));
    }

    // Keys name files: whatever the server calls its jobs must stay inside the folder.
    private static string KeyOf(string jobId) => Guid.TryParse(jobId, out var id) ? id.ToString("N") : Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(jobId[..Math.Min(jobId.Length, 64)]));

    private string PathOf(string jobId) => Path.Combine(_folder, KeyOf(jobId) + Ending);

    private static JobOutcome? Read(string file)
    {
        try
        {
            return JobOutcome.Parser.ParseFrom(File.ReadAllBytes(file)) is { JobId.Length: > 0 } outcome ? outcome : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
