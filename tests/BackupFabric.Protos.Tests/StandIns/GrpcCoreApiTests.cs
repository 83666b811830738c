using Grpc.Core;

namespace BackupFabric.Protos.Tests.StandIns;

/// <summary>What Grpc.Core.Api documents and the rest of the product relies on.</summary>
public sealed class GrpcCoreApiTests
{
    [Fact]
    public void A_metadata_key_is_lowered_and_a_bad_one_refused()
    {
        Assert.Equal("abc-1_.x", new Metadata.Entry("ABC-1_.x", "v").Key);
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a b", "v"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("", "v"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("\u00e4", "v"));
        Assert.Throws<ArgumentNullException>(() => new Metadata.Entry("a", (string)null!));
    }

    [Fact]
    public void Binary_values_need_their_suffix_and_text_must_not_have_it()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", [1]));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "v"));
        var bytes = new byte[] { 1, 2 };
        var entry = new Metadata.Entry("a-bin", bytes);
        bytes[0] = 9;
        entry.ValueBytes[1] = 9;
        Assert.Equal([1, 2], entry.ValueBytes);
        Assert.True(entry.IsBinary);
        Assert.Throws<InvalidOperationException>(() => entry.Value);
        Assert.Equal("hi"u8.ToArray(), new Metadata.Entry("a", "hi").ValueBytes);
    }

    [Fact]
    public void The_last_entry_of_a_key_counts_and_all_are_kept_in_order()
    {
        var metadata = new Metadata { { "a", "1" }, { "b", "2" }, { "a", "3" } };

        Assert.Equal("3", metadata.GetValue("a"));
        Assert.Equal(["1", "3"], metadata.GetAll("a").Select(entry => entry.Value));
        Assert.Null(metadata.Get("c"));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "1"));
        Assert.True(Metadata.Empty.IsReadOnly);
    }

    [Fact]
    public void A_marshaller_of_one_kind_of_functions_offers_the_other_kind()
    {
        var simple = Marshallers.Create<string>(text => System.Text.Encoding.UTF8.GetBytes(text), System.Text.Encoding.UTF8.GetString);
        var contextual = Marshallers.Create<string>(simple.ContextualSerializer, simple.ContextualDeserializer);

        Assert.Equal("häuser", contextual.Deserializer(contextual.Serializer("häuser")));
    }

    [Fact]
    public void A_failure_says_its_status_in_its_message_and_keeps_the_cause()
    {
        var cause = new InvalidOperationException("why");
        var failure = new RpcException(new Status(StatusCode.Aborted, "no", cause));

        Assert.Equal("Status(StatusCode=\"Aborted\", Detail=\"no\", DebugException=\"System.InvalidOperationException: why\")", failure.Message);
        Assert.Same(cause, failure.InnerException);
        Assert.Empty(failure.Trailers);
    }

    [Fact]
    public void Call_credentials_go_over_encrypted_channels_only()
    {
        var credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);

        Assert.NotNull(ChannelCredentials.Create(ChannelCredentials.SecureSsl, credentials));
        Assert.Throws<ArgumentException>(() => ChannelCredentials.Create(ChannelCredentials.Insecure, credentials));
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose(credentials));
    }

    [Fact]
    public void Call_options_change_as_copies()
    {
        var options = new CallOptions(deadline: DateTime.UnixEpoch);

        var other = options.WithWaitForReady().WithHeaders([]);

        Assert.Null(options.Headers);
        Assert.False(options.IsWaitForReady);
        Assert.True(other.IsWaitForReady);
        Assert.Equal(DateTime.UnixEpoch, other.Deadline);
    }
}
