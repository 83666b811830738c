using System.Buffers.Binary;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Encryption;

/// <summary>Secrets and encrypted repositories for these tests.</summary>
internal static class Secrets
{
    public static RepositorySecret Passphrase(string text = "correct horse battery staple") => RepositorySecret.FromPassphrase(text);

    public static RepositorySecret KeyFile(byte fill = 7) => RepositorySecret.FromKeyFile(Enumerable.Repeat(fill, 40).ToArray());

    public static RepositoryOptions With(RepositorySecret? secret) => TestRepository.PlainOptions with { Secret = secret };

    public static Task<Repository> OpenAsync(MemoryVolume volume, RepositorySecret? secret) => TestRepository.OpenAsync(volume, With(secret));

    public static async Task<bool> OpensAsync(MemoryVolume volume, RepositorySecret secret)
    {
        try
        {
            await (await OpenAsync(volume.AfterKill(), secret)).DisposeAsync();
            return true;
        }
        catch (RepositoryException refusal) when (refusal.Code == "secret-wrong")
        {
            return false;
        }
    }

    public static Dictionary<string, byte[]> AllFiles(MemoryVolume volume) => volume.Names().ToDictionary(name => name, volume.BytesOf);

    /// <summary>A change with both checksums of a signed file made right again: what somebody does who is no accident.</summary>
    public static byte[] Forged(byte[] file, int at, byte flip)
    {
        var forged = file.ToArray();
        forged[at] ^= flip;
        var length = forged.Length - SignedFile.HeaderSize - SignedFile.MacSize;
        BinaryPrimitives.WriteUInt32LittleEndian(forged.AsSpan(36), Crc32C.Of(forged.AsSpan(SignedFile.HeaderSize, length)));
        BinaryPrimitives.WriteUInt32LittleEndian(forged.AsSpan(60), Crc32C.Of(forged.AsSpan(0, 60)));
        return forged;
    }
}
