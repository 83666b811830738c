using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Protos.Enrolment;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Authority;
using BackupFabric.Server.SignIn;
using BackupFabric.Server.Start;
using BackupFabric.Server.Tests.Kit;
using Microsoft.AspNetCore.Connections;

namespace BackupFabric.Server.Tests.Start;

public sealed class StartTests
{
    [Fact]
    public async Task The_first_start_tells_the_password_once_and_keeps_secrets_to_the_owner()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(TestServer.Password, server.Host.FirstPassword);
        var file = Path.Combine(server.Folder, FirstAccount.FileName);
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(["user: admin", $"password: {TestServer.Password}", $"fingerprint: {server.Host.Fingerprint}"], lines);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var secret in Directory.GetFiles(Path.Combine(server.Folder, "authority")).Append(file).Append(Path.Combine(server.Folder, "catalog.db")))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
        }

        var authority = server.Service<CertificateAuthority>().Certificate.Thumbprint;
        await server.RestartAsync();
        Assert.Null(server.Host.FirstPassword);
        Assert.Equal(authority, server.Service<CertificateAuthority>().Certificate.Thumbprint);
        Assert.IsType<BlockMemoryPoolFactory>(server.Service<IMemoryPoolFactory<byte>>());
    }

    [Fact]
    public async Task The_token_proves_the_authority_that_the_server_hands_out()
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.NewClient();
        using var authority = X509Certificate2.CreateFromPem(await stranger.GetStringAsync(Routes.Authority, TestContext.Current.CancellationToken));
        Assert.True(EnrolmentToken.TryParse(await server.TokenAsync(), out var token));
        Assert.True(token.Proves(authority.RawData));
        Assert.Equal("healthy", (await server.GetAsync<HealthView>(Routes.Health)).Status);
    }

    [Fact]
    public async Task A_given_certificate_is_used_and_the_top_of_its_chain_is_what_agents_pin()
    {
        var folder = Directory.CreateTempSubdirectory("bf-cert-").FullName;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        var rootRequest = new CertificateRequest("CN=company root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        var leafRequest = new CertificateRequest("CN=localhost", leafKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        leafRequest.CertificateExtensions.Add(names.Build());
        using var leaf = leafRequest.Create(root, now.AddDays(-1), now.AddDays(20), [1, 2, 3]);
        var path = Path.Combine(folder, "server.pem");
        await File.WriteAllTextAsync(path, $"{leaf.ExportCertificatePem()}\n{root.ExportCertificatePem()}\n", TestContext.Current.CancellationToken);
        var keyPath = Path.Combine(folder, "key.pem");
        await File.WriteAllTextAsync(keyPath, leafKey.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);

        await using (var server = await TestServer.StartAsync("--Tls:CertificatePath", path, "--Tls:KeyPath", keyPath))
        {
            Assert.Equal(root.Thumbprint, server.Service<ServerCertificate>().Proof.Thumbprint);
            using var agent = await TestAgent.EnrolAsync(server, "HV1");
            await using var link = await agent.ConnectAsync();
            Assert.Equal(agent.HostId.ToString("D"), link.Welcome.HostId);
        }

        var refused = await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync("--Tls:CertificatePath", Path.Combine(folder, "none.pem")));
        Assert.Contains("Tls:CertificatePath", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_servers_own_certificate_is_renewed_before_it_runs_out()
    {
        await using var server = await TestServer.StartAsync("--Tls:ServerCertificateLifetime", "30.00:00:00");
        var certificate = server.Service<ServerCertificate>();
        var first = certificate.Context.TargetCertificate.SerialNumber;
        certificate.Refresh();
        Assert.Equal(first, certificate.Context.TargetCertificate.SerialNumber);
        server.Time.Advance(TimeSpan.FromDays(21));
        certificate.Refresh();
        Assert.NotEqual(first, certificate.Context.TargetCertificate.SerialNumber);
        using var http = server.NewClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(Routes.Health, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Two_servers_never_share_a_data_folder_and_a_taken_port_is_named()
    {
        await using var server = await TestServer.StartAsync();
        var refused = await Assert.ThrowsAsync<StartException>(() => ServerHost.StartAsync(["--data", server.Folder, "--port", "0"], TestContext.Current.CancellationToken));
        Assert.Contains("Another server", refused.Message, StringComparison.Ordinal);
        var port = $"{server.Host.Port}";
        var taken = await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync("--port", port));
        Assert.Contains(port, taken.Message, StringComparison.Ordinal);
        Assert.Contains("--port", taken.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void The_memory_pool_hands_out_64_KiB_takes_back_and_refuses_more()
    {
        using var pool = new BlockMemoryPool();
        var first = pool.Rent();
        Assert.Equal(BlockMemoryPool.BlockBytes, first.Memory.Length);
        first.Memory.Span[0] = 42;
        first.Dispose();
        first.Dispose();
        using var second = pool.Rent(4096);
        using var third = pool.Rent();
        Assert.Equal(42, second.Memory.Span[0]);
        Assert.False(second.Memory.Span.Overlaps(third.Memory.Span));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(BlockMemoryPool.BlockBytes + 1));
        Assert.Throws<ObjectDisposedException>(() => first.Memory);
    }
}
