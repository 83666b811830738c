using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Server.Start;

namespace BackupFabric.Server.Authority;

/// <summary>Certificates with their keys as PEM files, readable by the server's account only.</summary>
internal static class AuthorityFiles
{
    public static void Save(string folder, string name, X509Certificate2 certificate, ECDsa key)
    {
        PrivateFolder.Make(folder);
        // The key first: a certificate without a key would look like damage, a key without a certificate is simply made anew.
        PrivateFile.Write(KeyPath(folder, name), key.ExportPkcs8PrivateKeyPem() + "\n");
        PrivateFile.Write(CertificatePath(folder, name), certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>Null when there is none yet.</summary>
    public static X509Certificate2? Load(string folder, string name)
    {
        var (certificatePath, keyPath) = (CertificatePath(folder, name), KeyPath(folder, name));
        if (!File.Exists(certificatePath)) return null;
        if (!File.Exists(keyPath))
        {
            throw new StartException(
                $"The certificate '{certificatePath}' lies there without its key '{keyPath}'.",
                "Bring the key back from a backup of the data folder. Without it all hosts have to enrol again: then move the certificate away too.");
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        }
        catch (CryptographicException damaged)
        {
            throw new StartException(
                $"The certificate '{certificatePath}' or its key cannot be read: {damaged.Message}",
                "Bring both files back from a backup of the data folder.",
                damaged);
        }
    }

    private static string CertificatePath(string folder, string name) => Path.Combine(folder, name + ".pem");

    private static string KeyPath(string folder, string name) => Path.Combine(folder, name + ".key.pem");
}
