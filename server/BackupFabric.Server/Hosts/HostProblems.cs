using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Hosts;

internal static class HostProblems
{
    private const string EnrolAnew = "Enrol the host with a new token: 'bf host token' on the operator's side, then the agent's enrol command on the host.";

    public static Problem CertificateRequired() => new()
    {
        Code = "certificate-required",
        Sentence = "This call needs the certificate of an enrolled host, and none was shown.",
        Advice = EnrolAnew,
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem CertificateForeign() => new()
    {
        Code = "certificate-foreign",
        Sentence = "The certificate that was shown was not issued by this server.",
        Advice = "The agent belongs to another server, or this server was set up anew. " + EnrolAnew,
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem CertificateExpired(DateTimeOffset notAfter) => new()
    {
        Code = "certificate-expired",
        Sentence = $"The host's certificate expired at {notAfter:yyyy-MM-dd HH:mm} UTC.",
        Advice = "An agent renews its certificate by itself while it is connected; this one was away for too long. " + EnrolAnew,
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem CertificateNotYetValid(DateTimeOffset notBefore) => new()
    {
        Code = "certificate-not-yet-valid",
        Sentence = $"The host's certificate is valid only from {notBefore:yyyy-MM-dd HH:mm} UTC on.",
        Advice = "Correct the clock of this server.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem HostRevoked(string name) => new()
    {
        Code = "host-revoked",
        Sentence = $"Host '{name}' was revoked on this server.",
        Advice = "If it is to be protected again: " + EnrolAnew,
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem NotFound(string text) => new()
    {
        Code = "host-unknown",
        Sentence = $"There is no host '{text}'.",
        Advice = "'bf host list' shows the hosts by name and id.",
    };

    public static Problem TokenUnknown() => new()
    {
        Code = "token-unknown",
        Sentence = "This server did not give out this enrolment token.",
        Advice = "Check that the whole token was copied and that it is for this server, or make a new one with 'bf host token'.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem TokenUsed(DateTimeOffset usedAt) => new()
    {
        Code = "token-used",
        Sentence = $"This enrolment token was used at {usedAt:yyyy-MM-dd HH:mm} UTC; a token enrols one host, once.",
        Advice = "Make a new one with 'bf host token'. If you did not use it yourself, revoke the host that did ('bf host list').",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem TokenExpired(DateTimeOffset expiredAt) => new()
    {
        Code = "token-expired",
        Sentence = $"This enrolment token expired at {expiredAt:yyyy-MM-dd HH:mm} UTC.",
        Advice = "Make a new one with 'bf host token' and use it in time.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem TokenForOtherHost(string wanted, string actual) => new()
    {
        Code = "token-other-host",
        Sentence = $"This enrolment token is for host '{wanted}', and this host is '{actual}'.",
        Advice = $"Use it on '{wanted}', or make one for this host with 'bf host token --host {actual}'.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem NameTaken(string name) => new()
    {
        Code = "host-name-exists",
        Sentence = $"A host named '{name}' is enrolled already.",
        Advice = $"If it is the same machine set up anew, make a token bound to its name ('bf host token --host {name}') or revoke the old enrolment; otherwise rename one of them.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem NameInvalid(string name) => new()
    {
        Code = "host-name-invalid",
        Sentence = $"'{name}' cannot be the name of a host.",
        Advice = "Use 1 to 253 letters, digits, dots, hyphens or underscores.",
    };

    public static Problem RequestInvalid(string why) => new()
    {
        Code = "certificate-request-invalid",
        Sentence = $"The certificate request cannot be used: {why}",
        Advice = "Send a PKCS#10 request (DER) that is signed with its own key: ECDSA P-256, P-384 or P-521, or RSA with 2048 bits or more.",
    };

    public static Problem MinutesInvalid(int minutes) => new()
    {
        Code = "token-minutes-invalid",
        Sentence = $"A token cannot be valid for {minutes} minutes.",
        Advice = "Choose 1 to 1440 minutes; 60 is the default.",
    };
}
