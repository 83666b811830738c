using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Protos.Enrolment;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Tests.Kit;
using Google.Protobuf;

namespace BackupFabric.Server.Tests.Hosts;

public sealed class EnrolmentTests
{
    [Fact]
    public async Task A_token_enrols_one_host_once()
    {
        await using var server = await TestServer.StartAsync();
        var token = await server.TokenAsync();
        using var first = await TestAgent.EnrolAsync(server, "HV1", token);
        var problem = await Patience.ProblemOf(() => TestAgent.EnrolAsync(server, "HV2", token));
        Assert.Equal("token-used", problem.Code);
        Assert.Contains("bf host token", problem.Advice, StringComparison.Ordinal);
        Assert.Equal(["HV1"], (await server.GetAsync<List<HostView>>(Routes.Hosts)).Select(host => host.Name));
    }

    [Fact]
    public async Task Twenty_hosts_that_race_for_one_token_get_one_place()
    {
        await using var server = await TestServer.StartAsync();
        var token = await server.TokenAsync();
        var tries = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                using var agent = await TestAgent.EnrolAsync(server, $"HV{i}", token);
                return true;
            }
            catch (Grpc.Core.RpcException)
            {
                return false;
            }
        }));
        Assert.Single(tries, won => won);
        Assert.Single(await server.GetAsync<List<HostView>>(Routes.Hosts));
    }

    [Fact]
    public async Task A_wrong_an_expired_and_a_foreign_token_each_get_their_sentence_and_change_nothing()
    {
        await using var server = await TestServer.StartAsync();
        Assert.True(EnrolmentToken.TryParse(await server.TokenAsync(), out var real));
        var wrong = real with { Secret = new string('A', 43) };
        Assert.Equal("token-unknown", (await Patience.ProblemOf(() => TestAgent.EnrolAsync(server, "HV1", wrong.ToString()))).Code);

        var bound = await server.TokenAsync("HV7");
        Assert.Equal("token-other-host", (await Patience.ProblemOf(() => TestAgent.EnrolAsync(server, "HV1", bound))).Code);

        server.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal("token-expired", (await Patience.ProblemOf(() => TestAgent.EnrolAsync(server, "HV1", real.ToString()))).Code);
        Assert.Empty(await server.GetAsync<List<HostView>>(Routes.Hosts));
    }

    [Fact]
    public async Task A_host_of_the_same_name_needs_a_token_that_names_it()
    {
        await using var server = await TestServer.StartAsync();
        using var first = await TestAgent.EnrolAsync(server, "HV1");
        Assert.Equal("host-name-exists", (await Patience.ProblemOf(() => TestAgent.EnrolAsync(server, "hv1"))).Code);

        using var anew = await TestAgent.EnrolAsync(server, "HV1", await server.TokenAsync("HV1"));
        Assert.Equal(first.HostId, anew.HostId);
        await using var link = await anew.ConnectAsync();
        // The enrolment that was replaced is worth nothing any more.
        Assert.Equal("host-revoked", (await Patience.ProblemOf(() => first.ConnectAsync())).Code);
    }

    [Fact]
    public async Task A_request_that_is_not_signed_by_its_key_or_has_a_weak_one_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var channel = TestAgent.ChannelTo(server, null);
        var client = new Enrolment.EnrolmentClient(channel);
        async Task<string> RefusedAsync(byte[] request)
        {
            Assert.True(EnrolmentToken.TryParse(await server.TokenAsync(), out var token));
            return (await Patience.ProblemOf(async () =>
                await client.EnrolAsync(new EnrolRequest { TokenSecret = token.Secret, HostName = "HV1", CertificateRequest = ByteString.CopyFrom(request) }))).Code;
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var forged = TestAgent.RequestFor(key).ToByteArray();
        forged[^1] ^= 1;
        Assert.Equal("certificate-request-invalid", await RefusedAsync(forged));
        Assert.Equal("certificate-request-invalid", await RefusedAsync([1, 2, 3]));
        using var weak = RSA.Create(1024);
        Assert.Equal("certificate-request-invalid", await RefusedAsync(new CertificateRequest("CN=weak", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest()));
        Assert.Empty(await server.GetAsync<List<HostView>>(Routes.Hosts));
    }

    [Fact]
    public async Task A_certificate_is_renewed_in_time_and_an_expired_one_says_what_to_do()
    {
        await using var server = await TestServer.StartAsync("--Hosts:CertificateLifetime", "01:00:00");
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        server.Time.Advance(TimeSpan.FromMinutes(50));
        var before = agent.Certificate.SerialNumber;
        await agent.RenewAsync(server);
        Assert.NotEqual(before, agent.Certificate.SerialNumber);
        server.Time.Advance(TimeSpan.FromMinutes(20));
        await using (var link = await agent.ConnectAsync()) Assert.Equal(agent.HostId.ToString("D"), link.Welcome.HostId);

        server.Time.Advance(TimeSpan.FromMinutes(41));
        var problem = await Patience.ProblemOf(() => agent.ConnectAsync());
        Assert.Equal("certificate-expired", problem.Code);
        Assert.Contains("bf host token", problem.Advice, StringComparison.Ordinal);
        Assert.Equal("certificate-expired", (await Patience.ProblemOf(() => agent.RenewAsync(server))).Code);
    }

    [Fact]
    public async Task A_certificate_of_another_server_is_foreign_and_a_self_made_one_too()
    {
        await using var server = await TestServer.StartAsync();
        await using var other = await TestServer.StartAsync();
        using var stranger = await TestAgent.EnrolAsync(other, "HV1");
        stranger.Reach(server);
        Assert.Equal("certificate-foreign", (await Patience.ProblemOf(() => stranger.ConnectAsync())).Code);

        using var mine = await TestAgent.EnrolAsync(server, "HV2");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Same names, same serial number, same issuer by name; only the signature is not the authority's.
        var issuer = new CertificateRequest(mine.Certificate.IssuerName, key, HashAlgorithmName.SHA256);
        var request = new CertificateRequest(mine.Certificate.SubjectName, key, HashAlgorithmName.SHA256);
        using var root = issuer.CreateSelfSigned(mine.Certificate.NotBefore, mine.Certificate.NotAfter);
        using var forged = request.Create(
            mine.Certificate.IssuerName, X509SignatureGenerator.CreateForECDsa(key), mine.Certificate.NotBefore, mine.Certificate.NotAfter, mine.Certificate.SerialNumberBytes.Span);
        using var paired = forged.CopyWithPrivateKey(key);
        using var channel = TestAgent.ChannelTo(server, X509CertificateLoader.LoadPkcs12(paired.Export(X509ContentType.Pfx), null));
        using var call = new AgentControl.AgentControlClient(channel).Connect();
        Assert.Equal("certificate-foreign", (await Patience.ProblemOf(() => call.ResponseStream.MoveNext(CancellationToken.None))).Code);
    }

    [Fact]
    public async Task A_revoked_host_is_cut_off_in_the_middle_and_refused_from_then_on()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        var vm = TestVm.Named("crm");
        await using var link = await agent.ConnectAsync();
        await link.InventoryAsync(vm);
        await Backups.PushTests.SeesAsync(server, vm);
        var disk = TestDisk.Random("disk", 4 << 20, 1);
        var job = await server.BackupAsync(vm.Id);
        var order = await link.OrderAsync();
        using var push = await TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk));

        var answer = await server.Http.DeleteAsync(Routes.Host.Replace("{host}", "HV1", StringComparison.Ordinal));
        Assert.Equal("revoked", (await answer.Content.ReadFromJsonAsync<HostView>())!.Status);
        Assert.Equal("host-revoked", (await Patience.ProblemOf(() => link.Ended)).Code);
        Assert.Equal("host-revoked", (await Patience.ProblemOf(() => push.CommitAsync(disk))).Code);
        Assert.Equal("host-revoked", (await Patience.ProblemOf(() => agent.ConnectAsync())).Code);
        Assert.Equal("host-revoked", (await Patience.ProblemOf(() => TestPush.OpenAsync(agent, TestPush.BeginFor(order, "", disk)))).Code);
        Assert.Equal("host-revoked", (await Patience.ProblemOf(() => agent.RenewAsync(server))).Code);

        var view = await server.JobUntilAsync(job, view => view.Ended);
        Assert.Equal(("failed", "host-revoked"), (view.State, view.Problem!.Code));
        Assert.Empty(await server.GetAsync<List<PointView>>(Routes.Points));
        Assert.Null((await server.GetAsync<List<VmView>>(Routes.Vms)).Single().HostId);
        Assert.Equal("vm-not-placed", (await TestServer.ProblemAsync(await server.PostBackupAsync(vm.Id))).Code);

        // The name is free again, under a new identity.
        using var anew = await TestAgent.EnrolAsync(server, "HV1");
        Assert.NotEqual(agent.HostId, anew.HostId);
        Assert.Equal("online", await StatusOfAsync(server, anew));
    }

    [Fact]
    public async Task Enrolment_asks_for_names_and_times_that_can_be()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal("host-name-invalid", (await Patience.ProblemOf(() => TestAgent.EnrolAsync(server, "two words"))).Code);
        var answer = await server.Http.PostAsJsonAsync(Routes.HostToken, new HostTokenRequest(null, 0));
        Assert.Equal((HttpStatusCode.BadRequest, "token-minutes-invalid"), (answer.StatusCode, (await TestServer.ProblemAsync(answer)).Code));
        Assert.Equal("host-unknown", (await TestServer.ProblemAsync(await server.Http.DeleteAsync(Routes.Host.Replace("{host}", "nobody", StringComparison.Ordinal)))).Code);
    }

    private static async Task<string> StatusOfAsync(TestServer server, TestAgent agent)
    {
        await using var link = await agent.ConnectAsync();
        return (await server.GetAsync<HostView>(Routes.Host.Replace("{host}", "HV1", StringComparison.Ordinal))).Status;
    }
}
