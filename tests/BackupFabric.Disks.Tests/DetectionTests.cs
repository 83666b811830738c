using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using BackupFabric.Disks.Tests.Judges;
using Microsoft.Win32.SafeHandles;

namespace BackupFabric.Disks.Tests;

public sealed partial class DetectionTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("qcow2", "QCOW")]
    [InlineData("qed", "QED")]
    [InlineData("vmdk", "VMDK")]
    [InlineData("vdi", "VDI")]
    [InlineData("parallels", "Parallels")]
    public async Task Images_of_other_programs_are_named(string qemuFormat, string name)
    {
        QemuImg.Require();
        QemuImg.Run("create", "-f", qemuFormat, _folder["image"], "64M");

        DiskImageException refusal = await RefusalAsync("image");

        Assert.Equal("disk-image-unsupported", refusal.Code);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("qemu-img convert", refusal.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1F8B0800", "gzip")]
    [InlineData("28B52FFD", "zstd")]
    [InlineData("FD377A585A00", "xz")]
    [InlineData("504B0304", "zip")]
    public async Task Archives_are_named(string magic, string name)
    {
        byte[] content = new byte[1024];
        Convert.FromHexString(magic).CopyTo(content, 0);
        File.WriteAllBytes(_folder["image.raw"], content);

        DiskImageException refusal = await RefusalAsync("image.raw");

        Assert.Equal("disk-image-unsupported", refusal.Code);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image.vhdx", 4096, "disk-image-damaged")]
    [InlineData("image.avhdx", 4096, "disk-image-damaged")]
    [InlineData("image.vhd", 4096, "disk-image-damaged")]
    [InlineData("image.raw", 0, "disk-image-unknown")]
    [InlineData("image.raw", 4097, "disk-image-unknown")]
    [InlineData("nothing", -1, "disk-image-missing")]
    public async Task What_is_no_disk_is_said_to_be_none(string name, int length, string code)
    {
        if (length >= 0) File.WriteAllBytes(_folder[name], Encoding.ASCII.GetBytes(new string('x', length)));

        DiskImageException refusal = await RefusalAsync(name);

        Assert.Equal(code, refusal.Code);
        Assert.Contains(_folder[name], refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refusal.Advice);
    }

    [Fact]
    public async Task An_image_has_one_writer_and_many_readers()
    {
        string path = _folder["disk.vhdx"];
        await using IVirtualDisk writer = await DiskImage.CreateAsync(path, new(DiskFormat.Vhdx, DiskKind.Dynamic, 8 * MiB));
        await writer.WriteAsync(0, new byte[512]);

        DiskImageException second = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(path, writable: true));
        await using IVirtualDisk reader = await DiskImage.OpenAsync(path, writable: false);

        Assert.Equal("disk-image-in-use", second.Code);
        DiskImageException readOnly = await Assert.ThrowsAsync<DiskImageException>(async () => await reader.WriteAsync(0, new byte[512]));
        Assert.Equal("disk-image-read-only", readOnly.Code);
    }

    [Fact]
    public async Task An_image_that_another_program_keeps_to_itself_is_said_to_be_in_use()
    {
        await (await DiskImage.CreateAsync(_folder["disk.vhdx"], new(DiskFormat.Vhdx, DiskKind.Dynamic, 8 * MiB))).DisposeAsync();
        using FileStream other = new(_folder["disk.vhdx"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Equal("disk-image-in-use", (await RefusalAsync("disk.vhdx")).Code);
    }

    [Fact]
    public async Task A_closed_image_is_free_even_while_a_starting_process_still_has_a_copy_of_the_open_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are copied into starting processes on Linux.");
        string path = _folder["disk.vhdx"];
        int copy;
        await using (await DiskImage.CreateAsync(path, new(DiskFormat.Vhdx, DiskKind.Dynamic, 8 * MiB)))
        {
            string open = Directory.GetFiles("/proc/self/fd").Single(f => new FileInfo(f).LinkTarget == path);
            copy = Duplicate(int.Parse(Path.GetFileName(open), CultureInfo.InvariantCulture));
        }

        using SafeFileHandle inherited = new(copy, ownsHandle: true);
        await (await DiskImage.OpenAsync(path, writable: true)).DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_exists_is_not_overwritten()
    {
        File.WriteAllText(_folder["disk.vhdx"], "precious");

        DiskImageException refusal = await Assert.ThrowsAsync<DiskImageException>(
            () => DiskImage.CreateAsync(_folder["disk.vhdx"], new(DiskFormat.Vhdx, DiskKind.Dynamic, 8 * MiB)));

        Assert.Equal("disk-image-exists", refusal.Code);
        Assert.Equal("precious", File.ReadAllText(_folder["disk.vhdx"]));
    }

    public static TheoryData<DiskImageOptions> Impossible =>
    [
        new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Dynamic, 0),
        new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Dynamic, 1000),
        new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Dynamic, 65L << 40),
        new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Dynamic, MiB, LogicalSectorSize: 1024),
        new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Dynamic, MiB, BlockSize: 3 * MiB),
        new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Dynamic, MiB, BlockSize: 512 << 10),
        new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Differencing, MiB),
        new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Dynamic, MiB, ParentPath: "somewhere.vhdx"),
        new DiskImageOptions(DiskFormat.Vhd, DiskKind.Dynamic, 3L << 40),
        new DiskImageOptions(DiskFormat.Vhd, DiskKind.Differencing, MiB, ParentPath: "somewhere.vhd"),
        new DiskImageOptions(DiskFormat.Vhd, DiskKind.Dynamic, 8 * MiB, LogicalSectorSize: 4096),
        new DiskImageOptions(DiskFormat.Raw, DiskKind.Fixed, 1000),
        new DiskImageOptions(DiskFormat.Raw, DiskKind.Differencing, MiB),
    ];

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task Impossible_images_are_refused_and_leave_no_file(DiskImageOptions options)
    {
        DiskImageException refusal = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.CreateAsync(_folder["disk"], options));

        Assert.Equal("disk-image-options", refusal.Code);
        Assert.False(File.Exists(_folder["disk"]));
    }

    [Fact]
    public async Task Reading_and_writing_beyond_the_end_is_the_callers_fault()
    {
        await using IVirtualDisk disk = await DiskImage.CreateAsync(_folder["disk.vhdx"], new(DiskFormat.Vhdx, DiskKind.Dynamic, MiB));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await disk.ReadAsync(MiB - 1, new byte[2]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await disk.WriteAsync(MiB, new byte[512]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await disk.ReadAsync(-1, new byte[2]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await disk.WriteAsync(100, new byte[512]));
        await disk.ReadAsync(MiB, Memory<byte>.Empty);
    }

    public void Dispose() => _folder.Dispose();

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    private Task<DiskImageException> RefusalAsync(string name) => Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(_folder[name], writable: false));
}
