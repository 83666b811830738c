using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace BackupFabric.Protos.Enrolment;

/// <summary>
/// The one-time token that makes a host a host of one server: <c>bf1.FINGERPRINT.SECRET</c>, both parts base64url.
/// The fingerprint is the SHA-256 of the authority's certificate (DER), so that the agent trusts nobody else, not even once.
/// </summary>
public sealed record EnrolmentToken(ReadOnlyMemory<byte> AuthorityFingerprint, string Secret)
{
    private const string Prefix = "bf1.";

    public static EnrolmentToken Create(ReadOnlySpan<byte> authorityDer, ReadOnlySpan<byte> secret) =>
        new(SHA256.HashData(authorityDer), Base64Url.EncodeToString(secret));

    public override string ToString() => Prefix + Base64Url.EncodeToString(AuthorityFingerprint.Span) + "." + Secret;

    public bool Proves(ReadOnlySpan<byte> authorityDer) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(authorityDer), AuthorityFingerprint.Span);

    public static bool TryParse(string? text, [NotNullWhen(true)] out EnrolmentToken? token)
    {
        token = null;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var parts = text.Trim().Split('.');
        if (parts.Length != 3 || parts[2].Length is < 16 or > 128) return false;
        if (!Base64Url.IsValid(parts[1], out var length) || length != SHA256.HashSizeInBytes || !Base64Url.IsValid(parts[2])) return false;
        token = new EnrolmentToken(Base64Url.DecodeFromChars(parts[1]), parts[2]);
        return true;
    }
}
