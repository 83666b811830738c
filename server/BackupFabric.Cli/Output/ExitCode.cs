using System.Net;

namespace BackupFabric.Cli.Output;

/// <summary>Stable exit codes by kind of problem; `bf --help` prints <see cref="Help"/>.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotSignedIn = 3;
    public const int NotFound = 4;
    public const int Refused = 5;
    public const int Unreachable = 6;
    public const int JobFailed = 7;
    public const int JobCancelled = 8;
    public const int Damaged = 9;
    public const int Interrupted = 130;

    public const string Help =
        """
        Exit codes:
          0    done; a job that was waited for succeeded
          1    the server, a repository or bf itself failed
          2    wrong words or values
          3    not signed in, or not allowed; a repository's secret is missing or wrong
          4    no such host, virtual machine, job, recovery point, repository or file
          5    understood, but not possible as things stand
          6    the server does not answer, or is not the one that was trusted
          7    the job that was waited for failed
          8    the job that was waited for was cancelled
          9    something in a repository is damaged
          130  interrupted with Ctrl-C
        """;

    public static int Of(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => Usage,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => NotSignedIn,
        HttpStatusCode.NotFound => NotFound,
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.TooManyRequests or HttpStatusCode.InsufficientStorage => Refused,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => Unreachable,
        _ => Failed,
    };

    /// <summary>What a repository refuses with; whatever is not named here is a failure.</summary>
    public static int OfRepository(string code) => code switch
    {
        "repository-missing" or "point-missing" or "point-not-in-trash" or "secret-missing" => NotFound,
        "repository-locked" or "secret-wrong" => NotSignedIn,
        "changes-invalid" or "range-invalid" or "point-invalid" or "secret-unfit" => Usage,
        "repository-exists" or "repository-folder-not-empty" or "repository-in-use" or "repository-lost" or "repository-too-new" or "repository-full" or "repository-read-only"
            or "repository-not-encrypted" or "secret-last" or "secrets-full" or "keys-full" or "heal-source-foreign" or "collection-running" or "collection-blocked"
            or "basis-missing" or "codec-missing" or "point-exists" or "point-too-new" or "point-deleted" => Refused,
        "block-missing" or "map-node-missing" => Damaged,
        _ => code.EndsWith("-damaged", StringComparison.Ordinal) ? Damaged : Failed,
    };

    public static int OfImage(string code) => code switch
    {
        "disk-image-missing" or "disk-image-parent-missing" => NotFound,
        "disk-image-options" or "disk-image-unknown" or "disk-image-unsupported" or "disk-image-denied" => Usage,
        "disk-image-exists" or "disk-image-in-use" or "disk-image-parent-mismatch" => Refused,
        _ => Failed,
    };

    public static int OfJob(string state) => state switch
    {
        "succeeded" or "succeeded-with-warnings" => Ok,
        "cancelled" => JobCancelled,
        _ => JobFailed,
    };
}
