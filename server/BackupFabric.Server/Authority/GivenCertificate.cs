using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Server.Start;

namespace BackupFabric.Server.Authority;

/// <summary>Reads a certificate that an operator gives to the server, PEM or PFX.</summary>
internal static class GivenCertificate
{
    public static (X509Certificate2 Leaf, X509Certificate2Collection Others) Load(string path, string? keyPath, string? password)
    {
        if (!File.Exists(path))
            throw new StartException($"The certificate '{path}' (Tls:CertificatePath) does not exist.", "Correct the path, or leave the setting out to let the server make its own certificate.");
        try
        {
            return IsPem(path) ? LoadPem(path, keyPath, password) : LoadPfx(path, password);
        }
        catch (CryptographicException failure)
        {
            throw new StartException(
                $"The certificate '{path}' (Tls:CertificatePath) cannot be used: {failure.Message}",
                "Give a PEM file with the certificate and its chain and, in it or as Tls:KeyPath, the private key; or a PFX file with Tls:Password.",
                failure);
        }
    }

    /// <summary>The end of the chain as far as it was given: what agents can pin beyond the next renewal.</summary>
    public static X509Certificate2 TopOf(X509Certificate2 leaf, X509Certificate2Collection others)
    {
        var top = leaf;
        for (var step = 0; step <= others.Count; step++)
        {
            if (top.SubjectName.RawData.AsSpan().SequenceEqual(top.IssuerName.RawData)) break;
            var issuer = others.FirstOrDefault(other => other.SubjectName.RawData.AsSpan().SequenceEqual(top.IssuerName.RawData));
            if (issuer is null) break;
            top = issuer;
        }

        return top;
    }

    private static bool IsPem(string path) => File.ReadAllText(path).Contains("-----BEGIN", StringComparison.Ordinal);

    private static (X509Certificate2 Leaf, X509Certificate2Collection Others) LoadPem(string path, string? keyPath, string? password)
    {
        var key = keyPath is { Length: > 0 } ? keyPath : path;
        if (!File.Exists(key))
            throw new StartException($"The private key '{key}' (Tls:KeyPath) does not exist.", "Correct the path; the key must be PEM.");
        var leaf = password is { Length: > 0 }
            ? X509Certificate2.CreateFromEncryptedPemFile(path, password, key)
            : X509Certificate2.CreateFromPemFile(path, key);
        var others = new X509Certificate2Collection();
        others.ImportFromPemFile(path);
        Remove(others, leaf);
        return (leaf, others);
    }

    private static (X509Certificate2 Leaf, X509Certificate2Collection Others) LoadPfx(string path, string? password)
    {
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, password);
        var leaf = all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw new StartException($"The file '{path}' (Tls:CertificatePath) holds no private key.", "Export the certificate again, with its key.");
        Remove(all, leaf);
        return (leaf, all);
    }

    private static void Remove(X509Certificate2Collection collection, X509Certificate2 leaf)
    {
        foreach (var same in collection.Where(other => other.Thumbprint == leaf.Thumbprint).ToList()) collection.Remove(same);
    }
}
