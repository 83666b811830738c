using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Agent.Enrolment;
using BackupFabric.Agent.Tests.TestKit;
using BackupFabric.Protos.Enrolment;
using BackupFabric.Protos.Problems;

namespace BackupFabric.Agent.Tests.Enrolment;

public sealed class EnrollerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeAuthority _authority = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IdentityStore Store => new(_folder.Path);

    [Fact]
    public async Task A_host_with_a_good_token_gets_an_identity_that_survives_a_restart()
    {
        await using var server = await FakeServer.StartAsync(_authority);

        var identity = await EnrolAsync(server.Address.ToString(), _authority.Token);

        var kept = Store.Current;
        Assert.NotNull(kept);
        Assert.Equal(identity.HostId, kept.HostId);
        Assert.Equal("hv1", kept.HostName);
        Assert.True(kept.Certificate.HasPrivateKey);
        Assert.True(_authority.Proves(kept.Certificate));
        Assert.Equal(_authority.Certificate.RawData, kept.Authority.RawData);
    }

    [Fact]
    public async Task What_is_kept_can_be_read_by_its_owner_only()
    {
        if (OperatingSystem.IsWindows()) return;
        await using var server = await FakeServer.StartAsync(_authority);
        await EnrolAsync(server.Address.ToString(), _authority.Token);
        var file = Assert.Single(Directory.GetFiles(_folder.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("bf1.abc.def")]
    [InlineData("hello")]
    public async Task What_is_not_a_token_is_called_so_without_asking_anybody(string token)
    {
        Assert.Equal("token-malformed", await CodeOfAsync("https://localhost:1", token));
    }

    [Theory]
    [InlineData("localhost:7443")]
    [InlineData("http://localhost:7443")]
    [InlineData("backup")]
    public async Task What_is_not_an_address_is_called_so(string address)
    {
        Assert.Equal("server-address-invalid", await CodeOfAsync(address, _authority.Token));
    }

    [Fact]
    public async Task A_token_of_another_server_is_refused_before_its_secret_is_shown_to_anybody()
    {
        await using var server = await FakeServer.StartAsync(_authority);
        using var other = new FakeAuthority();
        var token = new EnrolmentToken(SHA256.HashData(other.Certificate.RawData), FakeAuthority.Secret).ToString();

        Assert.Equal("authority-mismatch", await CodeOfAsync(server.Address.ToString(), token));
        Assert.Empty(_authority.UsedSecrets);
    }

    [Fact]
    public async Task A_server_whose_certificate_names_another_machine_is_refused_before_the_secret_is_shown()
    {
        using var elsewhere = new FakeAuthority("elsewhere.example.org");
        await using var server = await FakeServer.StartAsync(elsewhere);
        Assert.Equal("authority-mismatch", await CodeOfAsync(server.Address.ToString(), elsewhere.Token));
        Assert.Empty(elsewhere.UsedSecrets);
    }

    [Fact]
    public async Task A_token_works_once()
    {
        await using var server = await FakeServer.StartAsync(_authority);
        await EnrolAsync(server.Address.ToString(), _authority.Token);
        Assert.Equal("token-unknown", await CodeOfAsync(server.Address.ToString(), _authority.Token));
        Assert.NotNull(Store.Current);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_named_with_its_address()
    {
        var failure = await Assert.ThrowsAsync<ProblemException>(() => EnrolAsync("https://localhost:1", _authority.Token));
        Assert.Equal("server-unreachable", failure.Problem.Code);
        Assert.Contains("https://localhost:1", failure.Problem.Sentence, StringComparison.Ordinal);
        Assert.Contains("firewall", failure.Problem.Advice, StringComparison.Ordinal);
        Assert.Null(Store.Current);
    }

    [Fact]
    public void A_server_may_be_its_own_authority()
    {
        using var self = SelfSigned();
        var trust = new Agent.Connection.AuthorityTrust(self, new Uri("https://localhost:1"));
        Assert.Null(trust.Objection(self, others: null));
        using var twin = SelfSigned();
        Assert.NotNull(trust.Objection(twin, others: null));
    }

    [Fact]
    public void An_address_by_number_must_be_in_the_certificate()
    {
        using var authority = new FakeAuthority("127.0.0.1");
        Assert.Null(new Agent.Connection.AuthorityTrust(authority.Certificate, new Uri("https://127.0.0.1:1")).Objection(authority.ServerCertificate, null));
        Assert.NotNull(new Agent.Connection.AuthorityTrust(authority.Certificate, new Uri("https://127.0.0.2:1")).Objection(authority.ServerCertificate, null));
    }

    [Fact]
    public void A_damaged_identity_is_called_so()
    {
        File.WriteAllText(_folder.In("identity.json"), "{ \"server\": ");
        var failure = Assert.Throws<ProblemException>(() => Store.Current);
        Assert.Equal("identity-damaged", failure.Problem.Code);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private Task<AgentIdentity> EnrolAsync(string address, string token) => new Enroller(TimeProvider.System).EnrolAsync(address, token, "hv1", Store, Cancel);

    private async Task<string> CodeOfAsync(string address, string token) =>
        (await Assert.ThrowsAsync<ProblemException>(() => EnrolAsync(address, token))).Problem.Code;
}
