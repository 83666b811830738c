using System.Security.Cryptography;
using BackupFabric.Server.Api;

namespace BackupFabric.Server.Jobs;

/// <summary>
/// One-job tickets: they open the data plane for one attempt of one job on one host. Only their hash is kept. Wrong host, wrong
/// job, old attempt and ended job get the same answer, so that nothing can be learnt by trying.
/// </summary>
internal sealed class JobTickets(JobDesk desk)
{
    private const int TicketBytes = 32;

    public static (byte[] Ticket, string Hash) Issue()
    {
        var ticket = RandomNumberGenerator.GetBytes(TicketBytes);
        return (ticket, HashOf(ticket));
    }

    public async Task<Job> AdmitAsync(Guid hostId, JobKind kind, string jobId, uint attempt, ReadOnlyMemory<byte> ticket, CancellationToken cancellation)
    {
        var job = Guid.TryParse(jobId, out var id) ? await desk.FindAsync(id, cancellation) : null;
        var opens = job is not null
            && job.Kind == kind
            && job.HostId == hostId
            && job.Attempt == attempt
            && job.State is JobState.Running or JobState.Waiting
            && job.TicketHash is { } hash
            && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(hash), SHA256.HashData(ticket.Span));
        return opens ? job! : throw JobProblems.TicketDenied().Because();
    }

    private static string HashOf(ReadOnlySpan<byte> ticket) => Convert.ToHexString(SHA256.HashData(ticket));
}
