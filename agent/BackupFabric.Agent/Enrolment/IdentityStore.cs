using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using BackupFabric.Agent.Journal;

namespace BackupFabric.Agent.Enrolment;

/// <summary>
/// Keeps the identity, readable by its owner only. A renewed one lies beside the current one until the server has accepted it.
/// </summary>
public sealed class IdentityStore
{
    private readonly string _current;
    private readonly string _next;

    public IdentityStore(string dataFolder)
    {
        DurableFile.CreateFolder(dataFolder);
        Folder = dataFolder;
        _current = Path.Combine(dataFolder, "identity.json");
        _next = Path.Combine(dataFolder, "identity.next.json");
    }

    public string Folder { get; }

    /// <summary>Null when the host is not enrolled. Throws a problem when the file is damaged.</summary>
    public AgentIdentity? Current => Load(_current);

    /// <summary>A renewed identity that has not yet been proved to work.</summary>
    internal AgentIdentity? Next => Load(_next);

    internal void Save(AgentIdentity identity)
    {
        Write(_current, identity);
        if (File.Exists(_next)) DurableFile.Delete(_next);
    }

    internal void SaveNext(AgentIdentity identity) => Write(_next, identity);

    /// <summary>The renewed identity works: it is the current one now.</summary>
    internal void Promote()
    {
        if (DurableFile.ReadIfThere(_next) is not { } bytes) return;
        DurableFile.Write(_current, bytes);
        DurableFile.Delete(_next);
    }

    internal void DropNext()
    {
        if (File.Exists(_next)) DurableFile.Delete(_next);
    }

    private static void Write(string path, AgentIdentity identity)
    {
        using var key = identity.Certificate.GetECDsaPrivateKey() ?? throw new InvalidOperationException("An identity without its private key cannot be kept.");
        var file = new IdentityFile(
            identity.Server.ToString(),
            identity.HostId,
            identity.HostName,
            key.ExportPkcs8PrivateKey(),
            identity.Certificate.RawData,
            identity.Authority.RawData,
            identity.RenewAfter);
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(file, IdentityJson.Default.IdentityFile));
    }

    private static AgentIdentity? Load(string path)
    {
        if (DurableFile.ReadIfThere(path) is not { } bytes) return null;
        try
        {
            var file = JsonSerializer.Deserialize(bytes, IdentityJson.Default.IdentityFile) ?? throw new JsonException("it is empty.");
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(file.Key, out _);
            using var certificate = X509CertificateLoader.LoadCertificate(file.Certificate);
            return new AgentIdentity(
                new Uri(file.Server),
                file.HostId,
                file.HostName,
                AgentIdentity.WithKey(certificate, key),
                X509CertificateLoader.LoadCertificate(file.Authority),
                file.RenewAfter);
        }
        catch (Exception damage) when (damage is JsonException or CryptographicException or UriFormatException or ArgumentException)
        {
            throw AgentProblems.IdentityDamaged(path, damage.Message).Thrown(damage);
        }
    }
}
