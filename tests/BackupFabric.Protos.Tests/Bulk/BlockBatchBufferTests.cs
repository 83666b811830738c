using BackupFabric.Protos.Bulk;

namespace BackupFabric.Protos.Tests.Bulk;

public sealed class BlockBatchBufferTests
{
    private static readonly byte[] Id = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public void A_full_batch_says_so_and_stays_below_its_bound_on_the_wire()
    {
        using var batch = new BlockBatchBuffer(10_000);
        var payload = new byte[900];
        while (batch.TryAdd(Id, 1, 4096, payload))
        {
        }

        Assert.Equal(10, batch.Count);
        Assert.InRange(batch.EncodedLength, 9_000, 10_000);
        Assert.Equal(9_000, batch.PayloadBytes);
    }

    [Fact]
    public void A_batch_never_holds_more_blocks_than_a_reader_accepts()
    {
        using var batch = new BlockBatchBuffer();
        while (batch.TryAdd(Id, 0, 0, []))
        {
        }

        Assert.Equal(BlockBatchBuffer.BlocksMax, batch.Count);
    }

    [Fact]
    public void A_block_that_fits_no_batch_is_an_error_and_not_a_full_batch()
    {
        using var batch = new BlockBatchBuffer(1000);
        Assert.Throws<ArgumentException>(() => batch.TryAdd(Id, 0, 1000, new byte[1000]));
    }

    [Fact]
    public void A_payload_sealed_in_place_is_cut_to_what_was_used()
    {
        using var batch = new BlockBatchBuffer(4096);
        Assert.True(batch.TryReserve(2000, out var place));
        place.Fill(7);
        batch.AddReserved(Id, 2, 4096, 5, offset: 8192);
        Assert.True(batch.TryAdd(Id, 0, 1, [9]));

        Assert.Equal([7, 7, 7, 7, 7], batch[0].Payload.ToArray());
        Assert.Equal(8192, batch[0].Offset);
        Assert.Equal([9], batch[1].Payload.ToArray());
        Assert.Equal(Id, batch[1].Id.ToArray());
    }

    [Fact]
    public void Nothing_is_added_beyond_a_reservation()
    {
        using var batch = new BlockBatchBuffer(4096);
        Assert.Throws<InvalidOperationException>(() => batch.AddReserved(Id, 0, 1, 0));
        Assert.True(batch.TryReserve(10, out _));
        Assert.Throws<InvalidOperationException>(() => batch.AddReserved(Id, 0, 1, 11));
        batch.AddReserved(Id, 0, 1, 10);
        Assert.Throws<InvalidOperationException>(() => batch.AddReserved(Id, 0, 1, 10));
    }

    [Fact]
    public void An_id_of_another_length_is_refused()
    {
        using var batch = new BlockBatchBuffer(4096);
        Assert.Throws<ArgumentException>(() => batch.TryAdd(new byte[31], 0, 1, [1]));
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public void A_cleared_batch_is_empty_and_can_be_filled_again()
    {
        using var batch = new BlockBatchBuffer(4096);
        batch.TryAdd(Id, 0, 1, [1]);
        batch.Clear();

        Assert.Equal((0, 0, 0L), (batch.Count, batch.EncodedLength, batch.PayloadBytes));
        Assert.True(batch.TryAdd(Id, 0, 1, [2]));
        Assert.Equal([2], batch[0].Payload.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.PayloadAt(1));
    }

    [Fact]
    public void A_disposed_batch_hands_nothing_out()
    {
        var batch = new BlockBatchBuffer(4096);
        batch.TryAdd(Id, 0, 1, [1]);
        batch.Dispose();
        batch.Dispose();

        Assert.Throws<ObjectDisposedException>(() => batch.PayloadAt(0));
        Assert.Throws<ObjectDisposedException>(() => batch.TryAdd(Id, 0, 1, [1]));
        Assert.Throws<ObjectDisposedException>(batch.Clear);
    }
}
