using BackupFabric.Blocks;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Trash;
using BackupFabric.BlockStore.Verification;

namespace BackupFabric.BlockStore.Tests.Golden;

/// <summary>What verification remembers and how the trash is named, frozen: written now as it was written first, and read back.</summary>
public sealed class SmallFileGoldenTests
{
    private static readonly Guid Repository = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly IdKey Key = new(Enumerable.Range(0, 32).Select(value => (byte)value).ToArray());
    private static readonly DateTimeOffset Began = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private static readonly PackNumber Pack = new(7, 9);

    [Fact]
    public void The_list_of_damaged_records_keeps_its_bytes()
    {
        SetAsideEntry[] entries = [new(PackKind.Data, new(1, 2, 3, 4), Pack, 64), new(PackKind.Map, new(5, 6, 7, 8), Pack, 0xFFFFFFF0)];
        var body = SetAsideFormat.Encode(11, entries);
        Assert.Equal(
            "0b000000000000000200000000000000"
            + "0100000000000000020000000000000003000000000000000400000000000000" + "0900000007000000" + "40000000" + "01" + "000000"
            + "0500000000000000060000000000000007000000000000000800000000000000" + "0900000007000000" + "f0ffffff" + "02" + "000000",
            Convert.ToHexStringLower(body));
        var read = new List<SetAsideEntry>();
        Assert.True(SetAsideFormat.TryDecode(body, out var state, read));
        Assert.Equal(11, state);
        Assert.Equal(entries, read);
    }

    [Fact]
    public void The_proofs_of_points_keep_their_bytes()
    {
        PointProof[] proofs = [new(Repository, Began, Began.AddHours(1))];
        var body = ProofFormat.Encode(proofs);
        Assert.Equal("00112233445566778899aabbccddeeff" + "00450f6ad962de08" + "00add3cbe162de08", Convert.ToHexStringLower(body));
        var read = new Dictionary<Guid, PointProof>();
        Assert.True(ProofFormat.TryDecode(body, read));
        Assert.Equal(proofs[0], read[Repository]);
    }

    [Fact]
    public void The_position_of_a_cycle_keeps_its_bytes()
    {
        var cycle = new VerificationCycle(Began, new(Pack, 1), new(Pack, 2), new(Pack, 3), new(Pack, 4), Damage: 11);
        var body = CycleFormat.Encode(cycle);
        Assert.Equal(
            "00450f6ad962de08" + "0b00000000000000"
            + "0900000007000000" + "0100000000000000" + "0900000007000000" + "0200000000000000" + "0900000007000000" + "0300000000000000" + "0900000007000000" + "0400000000000000",
            Convert.ToHexStringLower(body));
        Assert.Equal(cycle, CycleFormat.TryDecode(body));
    }

    [Fact]
    public void A_signed_file_around_them_keeps_its_bytes()
    {
        var file = SignedFile.Encode("BFCYCLE\n"u8, Repository, [1, 2, 3], Key, encrypted: false);
        Assert.Equal(
            "42464359434c450a010001000000000000112233445566778899aabbccddeeff"
            + "030000001ef230f10000000000000000000000000000000000000000814b1731" + "010203"
            + "0c623c82dece0e6f63266e60c52f0afc42cc4991c293442dff3172504e071750",
            Convert.ToHexStringLower(file));
    }

    [Fact]
    public void A_name_in_the_trash_keeps_its_form()
    {
        var name = TrashName.Of(Repository, Began, Key);
        Assert.Equal("trash/00112233445566778899aabbccddeeff-0000019c21ace950-d97b0a0c1937060a051937586c4f1085.point", name);
        Assert.True(TrashName.TryParse(name["trash/".Length..], Key, out var id, out var deletedAt));
        Assert.Equal((Repository, Began), (id, deletedAt));
    }
}
