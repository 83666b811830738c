using BackupFabric.Disks.Tests.Faults;

namespace BackupFabric.Disks.Tests.Vhdx;

public sealed class DifferencingTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(512, 1, 2)]
    [InlineData(512, 32, 1)]
    [InlineData(4096, 4, 16)]
    public async Task A_chain_shows_the_newest_of_every_sector(int sectorSize, int parentBlockMiB, int childBlockMiB)
    {
        DiskTwin twin = await MakeParentAsync("base.vhdx", (40 * MiB) + (5 * sectorSize), sectorSize, parentBlockMiB * MiB);
        byte[] atBase = [.. twin.Bytes];
        byte[] bytes = twin.Bytes;
        string last = _folder["base.vhdx"];
        for (int level = 1; level <= 4; level++)
        {
            string path = _folder[$"level{level}.avhdx"];
            await using IVirtualDisk child = await CreateChildAsync(path, last, childBlockMiB * MiB);
            Assert.Equal(last, child.Info.ParentPath);
            Assert.Equal(DiskKind.Differencing, child.Info.Kind);
            DiskTwin onChild = new(child, bytes, new Random(level));
            await onChild.MustEqualAsync();
            await onChild.WriteSomeAsync(25, longest: 5 * MiB);
            await onChild.MustEqualAsync();
            last = path;
        }

        await using IVirtualDisk leaf = await DiskImage.OpenAsync(last, writable: true);
        DiskTwin onLeaf = new(leaf, bytes, new Random(77));
        await onLeaf.MustEqualAsync();
        await onLeaf.WriteSomeAsync(25);
        await onLeaf.MustEqualAsync();
        await using IVirtualDisk root = await DiskImage.OpenAsync(_folder["base.vhdx"], writable: false);
        await new DiskTwin(root, atBase, new Random(78)).MustEqualAsync();
    }

    [Fact]
    public async Task A_chain_merges_into_its_base_from_either_end()
    {
        DiskTwin twin = await MakeParentAsync("base.vhdx", 24 * MiB, 512, 2 * MiB);
        byte[] bytes = twin.Bytes;
        string[] names = ["base.vhdx", "a.avhdx", "b.avhdx", "c.avhdx"];
        for (int i = 1; i < names.Length; i++)
        {
            await using IVirtualDisk child = await CreateChildAsync(_folder[names[i]], _folder[names[i - 1]]);
            await new DiskTwin(child, bytes, new Random(i)).WriteSomeAsync(20, longest: 4 * MiB);
        }

        // The middle one goes first: b into a, and c then stands on a.
        await DiskImage.MergeAsync(_folder["b.avhdx"]);
        await DiskImage.RelinkAsync(_folder["c.avhdx"], _folder["a.avhdx"]);
        File.Delete(_folder["b.avhdx"]);
        await MustHoldAsync("c.avhdx", bytes);

        await DiskImage.MergeAsync(_folder["c.avhdx"]);
        File.Delete(_folder["c.avhdx"]);
        await MustHoldAsync("a.avhdx", bytes);

        await DiskImage.MergeAsync(_folder["a.avhdx"]);
        File.Delete(_folder["a.avhdx"]);
        await MustHoldAsync("base.vhdx", bytes);
    }

    [Fact]
    public async Task A_child_reads_the_same_before_during_and_after_its_merge_and_merging_again_does_nothing()
    {
        DiskTwin twin = await MakeParentAsync("base.vhdx", 24 * MiB, 512, 2 * MiB);
        await using (IVirtualDisk child = await CreateChildAsync(_folder["child.avhdx"], _folder["base.vhdx"]))
            await new DiskTwin(child, twin.Bytes, new Random(5)).WriteSomeAsync(30);

        await using IVirtualDisk reader = await DiskImage.OpenAsync(_folder["child.avhdx"], writable: false);
        Task merge = DiskImage.MergeAsync(_folder["child.avhdx"]);
        DiskTwin view = new(reader, twin.Bytes, new Random(6));
        do await view.MustEqualAsync();
        while (!merge.IsCompleted);
        await merge;
        await view.MustEqualAsync();
        await MustHoldAsync("child.avhdx", twin.Bytes);
        byte[] merged = File.ReadAllBytes(_folder["base.vhdx"]);

        await DiskImage.MergeAsync(_folder["child.avhdx"]);

        Assert.True(merged.AsSpan().SequenceEqual(File.ReadAllBytes(_folder["base.vhdx"])));
    }

    [Fact]
    public async Task A_parent_that_was_written_since_is_refused()
    {
        await MakeParentAsync("base.vhdx", 8 * MiB, 512, MiB);
        await (await CreateChildAsync(_folder["child.avhdx"], _folder["base.vhdx"])).DisposeAsync();
        await using (IVirtualDisk parent = await DiskImage.OpenAsync(_folder["base.vhdx"], writable: true))
            await parent.WriteAsync(0, new byte[512]);

        DiskImageException refusal = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(_folder["child.avhdx"], writable: false));

        Assert.Equal("disk-image-parent-mismatch", refusal.Code);
        Assert.Contains("base.vhdx", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_a_parent_for_writing_without_writing_keeps_its_children()
    {
        DiskTwin twin = await MakeParentAsync("base.vhdx", 8 * MiB, 512, MiB);
        await (await CreateChildAsync(_folder["child.avhdx"], _folder["base.vhdx"])).DisposeAsync();
        await (await DiskImage.OpenAsync(_folder["base.vhdx"], writable: true)).DisposeAsync();

        await MustHoldAsync("child.avhdx", twin.Bytes);
    }

    [Fact]
    public async Task A_chain_that_was_moved_together_still_finds_its_parents()
    {
        Directory.CreateDirectory(_folder["parents"]);
        DiskTwin twin = await MakeParentAsync(Path.Combine("parents", "base.vhdx"), 8 * MiB, 512, MiB);
        await (await CreateChildAsync(_folder["child.avhdx"], _folder[Path.Combine("parents", "base.vhdx")])).DisposeAsync();

        // All of it to another place: the relative path, written with backslashes, holds.
        Directory.CreateDirectory(_folder["moved"]);
        Directory.Move(_folder["parents"], _folder[Path.Combine("moved", "parents")]);
        File.Move(_folder["child.avhdx"], _folder[Path.Combine("moved", "child.avhdx")]);
        await MustHoldAsync(Path.Combine("moved", "child.avhdx"), twin.Bytes);

        // Both into one folder: the name holds.
        File.Move(_folder[Path.Combine("moved", "parents", "base.vhdx")], _folder[Path.Combine("moved", "base.vhdx")]);
        await MustHoldAsync(Path.Combine("moved", "child.avhdx"), twin.Bytes);

        File.Delete(_folder[Path.Combine("moved", "base.vhdx")]);
        DiskImageException missing = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(_folder[Path.Combine("moved", "child.avhdx")], writable: false));
        Assert.Equal("disk-image-parent-missing", missing.Code);
    }

    [Fact]
    public async Task A_chain_that_bites_its_tail_is_noticed()
    {
        await MakeParentAsync("base.vhdx", 8 * MiB, 512, MiB);
        await (await CreateChildAsync(_folder["a.avhdx"], _folder["base.vhdx"])).DisposeAsync();
        await (await CreateChildAsync(_folder["b.avhdx"], _folder["a.avhdx"])).DisposeAsync();
        await DiskImage.RelinkAsync(_folder["a.avhdx"], _folder["b.avhdx"], evenIfContentsDiffer: true);

        DiskImageException loop = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(_folder["b.avhdx"], writable: false));

        Assert.Equal("disk-image-chain", loop.Code);
    }

    [Fact]
    public void A_chain_without_end_is_not_followed()
    {
        ImageChain chain = new(new SimulatedStore());
        for (int depth = 0; depth < ImageChain.DepthMax; depth++) chain.Enter($"{depth}.avhdx");

        Assert.Equal("disk-image-chain", Assert.Throws<DiskImageException>(() => chain.Enter("one-more.avhdx")).Code);
    }

    [Theory]
    [InlineData(@"\\server\share\secret")]
    [InlineData("/etc/secret")]
    [InlineData(@"C:\secret")]
    public void A_relative_path_that_is_none_leads_no_further_than_the_childs_folder(string path) =>
        Assert.All(ParentPath.Candidates(_folder["child.avhdx"], path, null, null, null), c => Assert.Equal(_folder.Root, Path.GetDirectoryName(c)));

    [Fact]
    public async Task Linking_to_a_stranger_is_refused()
    {
        await MakeParentAsync("base.vhdx", 8 * MiB, 512, MiB);
        await MakeParentAsync("stranger.vhdx", 8 * MiB, 512, MiB);
        await (await CreateChildAsync(_folder["child.avhdx"], _folder["base.vhdx"])).DisposeAsync();

        DiskImageException refusal = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.RelinkAsync(_folder["child.avhdx"], _folder["stranger.vhdx"]));

        Assert.Equal("disk-image-parent-mismatch", refusal.Code);
    }

    [Fact]
    public async Task Only_what_a_child_was_given_is_its_own()
    {
        await MakeParentAsync("base.vhdx", 16 * MiB, 512, MiB, empty: true);
        await using IVirtualDisk child = await CreateChildAsync(_folder["child.avhdx"], _folder["base.vhdx"]);
        await child.WriteAsync(512 * 100, new byte[512]);
        await child.WriteAsync(4 * MiB, new byte[2 * MiB]);

        Assert.Equal([new DiskRange(51200, 512), new DiskRange(4 * MiB, 2 * MiB)], (await DiskTwin.AllocatedAsync(child)).Ranges);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<IVirtualDisk> CreateChildAsync(string path, string parent, int blockSize = 0) =>
        DiskImage.CreateAsync(path, new(DiskFormat.Vhdx, DiskKind.Differencing, 0, BlockSize: blockSize, ParentPath: parent));

    private async Task<DiskTwin> MakeParentAsync(string name, long length, int sectorSize, int blockSize, bool empty = false)
    {
        await using IVirtualDisk disk = await DiskImage.CreateAsync(_folder[name], new(DiskFormat.Vhdx, DiskKind.Dynamic, length, sectorSize, 4096, blockSize));
        DiskTwin twin = DiskTwin.Empty(disk, 11);
        if (!empty) await twin.WriteSomeAsync(15);
        return twin;
    }

    private async Task MustHoldAsync(string name, byte[] bytes)
    {
        await using IVirtualDisk disk = await DiskImage.OpenAsync(_folder[name], writable: false);
        await new DiskTwin(disk, bytes, new Random(3)).MustEqualAsync();
    }
}
