using System.Net;

namespace BackupFabric.Cli.Output;

/// <summary>Stable exit codes by kind of problem; `bf --help` and README list them.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;        // the server or bf itself failed
    public const int Usage = 2;         // wrong words or values
    public const int NotSignedIn = 3;   // no sign-in, or not allowed
    public const int NotFound = 4;      // no such host, VM, job or point
    public const int Refused = 5;       // understood, but not possible as things stand
    public const int Unreachable = 6;   // no answer, or not the server that was trusted
    public const int JobFailed = 7;     // the job that was waited for failed
    public const int JobCancelled = 8;
    public const int Interrupted = 130;

    public static int Of(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => Usage,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => NotSignedIn,
        HttpStatusCode.NotFound => NotFound,
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.TooManyRequests => Refused,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => Unreachable,
        _ => Failed,
    };

    public static int OfJob(string state) => state switch
    {
        "succeeded" or "succeeded-with-warnings" => Ok,
        "cancelled" => JobCancelled,
        _ => JobFailed,
    };
}
