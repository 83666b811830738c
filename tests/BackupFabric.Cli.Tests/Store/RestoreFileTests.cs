using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Points;
using BackupFabric.Cli.Commands.Store;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Tests.Store;

public sealed class RestoreFileTests
{
    private static readonly ManifestDisk Disk = new("disk-0", "", "", 512, 512, 0, new DiskMapRoot(BlockId.Zero, 4096), 0);

    [Theory]
    [InlineData(28, "target-full")]
    [InlineData(122, "target-full")]
    [InlineData(5, null)]
    public async Task A_write_that_fails_leaves_no_file_and_a_full_volume_is_named(int errorNumber, string? code)
    {
        using var folder = new StoreScene();
        var file = new RestoreFile(folder.PathOf("out.raw"), null, overwrite: false);
        var failure = await Record.ExceptionAsync(() => file.WriteAsync(Disk, 4096, async target =>
        {
            await target.WriteAsync(0, new byte[512], CancellationToken.None);
            Assert.True(File.Exists(file.Path + ".partial"));
            throw new IOException("It failed.", errorNumber);
        }, CancellationToken.None));
        if (code is null) Assert.IsType<IOException>(failure);
        else Assert.Equal((code, ExitCode.Refused), (Assert.IsType<CliProblemException>(failure).Problem.Code, ((CliProblemException)failure).ExitCode));
        Assert.Empty(Directory.GetFiles(folder.PathOf("")));
    }

    [Theory]
    [InlineData("a.VHDX", null, "vhdx")]
    [InlineData("a.vhd", null, "vhd")]
    [InlineData("a.img", null, "raw")]
    [InlineData("a", null, "raw")]
    [InlineData("a.vhdx", "vhd", "vhd")]
    public void The_format_is_the_one_named_or_the_extensions(string name, string? format, string expected)
    {
        using var folder = new StoreScene();
        Assert.Equal(expected, new RestoreFile(folder.PathOf(name), format, overwrite: false).Format);
    }
}
