using System.Text;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Encryption;

public sealed class PrivacyTests
{
    private const string Marker = "A-SECRET-OF-THE-COMPANY";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_stands_on_a_disk_and_in_a_name_stands_in_no_file_of_an_encrypted_repository(bool encrypted)
    {
        var volume = new MemoryVolume();
        var passphrase = "Passphrase " + Marker;
        var options = Secrets.With(encrypted ? Secrets.Passphrase(passphrase) : null);
        await using (var repository = await TestRepository.CreateAsync(volume, options)) await BackUpAsync(repository);
        await using (var repository = await TestRepository.OpenAsync(volume, options))
        {
            if (encrypted) await repository.RotateKeyAsync(CancellationToken.None);
            await BackUpAsync(repository);
        }

        var found = volume.Names().Where(name => Contains(volume.BytesOf(name))).Select(name => name.Split('/')[0]).Distinct().Order();
        // A plain one shows that the search finds what is there.
        Assert.Equal(encrypted ? [] : ["data", "points"], found);
        if (encrypted) Assert.All(volume.Names("points").Concat(volume.Names("maps")), name => Assert.False(IsCompressible(volume.BytesOf(name)), name));
    }

    [Fact]
    public async Task The_cutting_seed_and_the_keys_are_not_in_the_clear()
    {
        var volume = new MemoryVolume();
        await using var repository = await TestRepository.CreateAsync(volume, Secrets.With(Secrets.KeyFile()));
        var text = Encoding.UTF8.GetString(volume.BytesOf("repository"));
        Assert.Contains("\"rules\":null", text, StringComparison.Ordinal);
        Assert.DoesNotContain("seed", text, StringComparison.Ordinal);
        Assert.All(volume.Names(), name => Assert.Equal(-1, volume.BytesOf(name).AsSpan().IndexOf(repository.IdKey.Bytes)));
    }

    private static async Task BackUpAsync(Repository repository)
    {
        var disk = new byte[30 * Cluster.Size];
        for (var i = 0; i < 30; i++) Encoding.UTF8.GetBytes($"{i} {Marker} {Guid.NewGuid()}").CopyTo(disk.AsSpan(i * Cluster.Size));
        await using var session = repository.BeginSession();
        var stored = await TestDisk.StoreAsync(repository, session, disk, codec: BlockCodec.None);
        var point = TestDisk.PointOf(Guid.NewGuid(), default, stored with { Path = $@"C:\{Marker}\disk.vhdx" }) with { VmName = Marker, Configuration = Encoding.Unicode.GetBytes(Marker) };
        await session.CommitAsync(point, CancellationToken.None);
    }

    private static bool Contains(byte[] file) =>
        file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Marker)) >= 0
        || file.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Marker)) >= 0
        || file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.Unicode.GetBytes(Marker)))) >= 0;

    /// <summary>Headers and tables are: what is looked at lies between them.</summary>
    private static bool IsCompressible(byte[] file)
    {
        using var packed = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(file.AsSpan(128, Math.Min(200, file.Length - 200)));
        return packed.Length < 180;
    }
}
