using System.Text.Json;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Tests;

public sealed class CommandTests
{
    [Fact]
    public async Task An_image_of_any_kind_becomes_the_disk_of_a_vm()
    {
        using LabFixture lab = new();
        foreach (DiskFormat format in (DiskFormat[])[DiskFormat.Raw, DiskFormat.Vhd, DiskFormat.Vhdx])
        {
            string image = Path.Combine(lab.Dir, $"source.{format}");
            await using (IVirtualDisk disk = await DiskImage.CreateAsync(image, new(format, format == DiskFormat.Raw ? DiskKind.Fixed : DiskKind.Dynamic, 32 << 20), LabFixture.Cancellation))
            {
                byte[] data = new byte[1 << 20];
                new Random(3).NextBytes(data);
                await disk.WriteAsync(5 << 20, data, LabFixture.Cancellation);
                await disk.FlushAsync(LabFixture.Cancellation);
            }

            string name = $"from {format}";
            (int code, string output, string error) = await lab.RunAsync("vm", "create", "--host", "HV1", "--name", name, "--disk", image, "--start", "--json");
            Assert.True(code == 0, output + error);
            Assert.Equal(0, (await lab.RunAsync("guest", "write", "--vm", name, "--bytes", "1M")).Code);
            (code, output, error) = await lab.RunAsync("verify", "--vm", name, "--against-vm", name, "--at-checkpoint", "now", "--json");
            Assert.True(code == 0, output + error);
            JsonElement verified = JsonDocument.Parse(output).RootElement;
            Assert.True(verified.GetProperty("identical").GetBoolean());
        }
    }

    [Fact]
    public async Task A_damaged_or_missing_image_gives_a_sentence_and_no_vm()
    {
        using LabFixture lab = new();
        string image = Path.Combine(lab.Dir, "bad.vhdx");
        await File.WriteAllBytesAsync(image, [.. "vhdxfile"u8, .. new byte[4 << 20]], LabFixture.Cancellation);
        (int code, string output, string error) = await lab.RunAsync("vm", "create", "--host", "HV1", "--name", "x", "--disk", image, "--json");
        Assert.Equal(4, code);
        Assert.Contains(image, error, StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("advice").GetString()!.Length > 10);
        Assert.Equal(4, (await lab.RunAsync("vm", "create", "--host", "HV1", "--name", "x", "--disk", image + "x")).Code);
        Assert.Empty(lab.Host.Vms());
        Assert.False(Directory.Exists(lab.Host.Volumes.ToLocal(@"C:\VMs\x")));
    }

    [Fact]
    public async Task Wrong_use_is_told_apart_from_refusals()
    {
        using LabFixture lab = new();
        Assert.Equal(2, (await lab.RunAsync("vm", "create", "--host", "HV1")).Code);
        Assert.Equal(2, (await lab.RunAsync("vm", "create", "--host", "HV1", "--name", "x")).Code);
        Assert.Equal(2, (await lab.RunAsync("guest", "write", "--vm", "x", "--bytes", "many")).Code);
        Assert.Equal(1, (await lab.RunAsync("vm", "start", "--vm", "x")).Code);
        Assert.Equal(1, (await lab.RunAsync("create", "--host", "HV1")).Code);
        Assert.Equal(1, (await lab.RunAsync("create", "--host", "HV3", "--os", "Windows 95")).Code);
        (int code, string output, _) = await lab.RunAsync("leftovers", "--json");
        Assert.Equal(0, code);
        JsonElement left = JsonDocument.Parse(output).RootElement;
        foreach (string key in (string[])["checkpoints", "referencePoints", "plannedSystems", "pendingMerges", "orphanFiles"])
            Assert.Equal(0, left.GetProperty(key).GetInt32());
    }

    [Theory]
    [InlineData("512", 512)]
    [InlineData("4K", 4096)]
    [InlineData("1.5m", 1_572_864)]
    [InlineData("2GB", 2_147_483_648)]
    public void Sizes_are_read_as_people_write_them(string text, long bytes)
    {
        Assert.True(Commands.ByteSizeText.TryParse(text, out long read));
        Assert.Equal(bytes, read);
    }
}
