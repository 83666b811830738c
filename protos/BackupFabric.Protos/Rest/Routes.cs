namespace BackupFabric.Protos.Rest;

/// <summary>The REST surface. Everything but <see cref="Health"/>, <see cref="Authority"/> and <see cref="SignIn"/> needs a bearer token.</summary>
public static class Routes
{
    public const string Health = "/health";
    public const string Authority = "/enrolment/authority";     // PEM of the certificate that proves this server
    public const string OpenApi = "/openapi/v1.json";

    public const string SignIn = "/api/v1/sign-in";              // POST SignInRequest -> SignInView
    public const string Hosts = "/api/v1/hosts";                 // GET -> HostView[]
    public const string HostToken = "/api/v1/hosts/token";       // POST HostTokenRequest -> HostTokenView
    public const string Host = "/api/v1/hosts/{host}";           // GET by id or name; DELETE revokes
    public const string Vms = "/api/v1/vms";                     // GET -> VmView[]
    public const string Vm = "/api/v1/vms/{vm}";                 // GET by id or name
    public const string VmBackup = "/api/v1/vms/{vm}/backup";    // POST BackupRequest -> JobAccepted (202)
    public const string Jobs = "/api/v1/jobs";                   // GET ?state=&vm=&limit= -> JobView[], newest first
    public const string Job = "/api/v1/jobs/{job}";              // GET by id or unambiguous prefix
    public const string JobCancel = "/api/v1/jobs/{job}/cancel"; // POST -> JobView
    public const string JobEvents = "/api/v1/jobs/{job}/events"; // GET text/event-stream of JobView until it ended
    public const string Points = "/api/v1/points";               // GET ?vm= -> PointView[], newest first
    public const string Point = "/api/v1/points/{point}";        // GET by id or unambiguous prefix
    public const string RecoverVm = "/api/v1/recover/vm";        // POST RecoverVmRequest -> JobAccepted (202)
}
