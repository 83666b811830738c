using BackupFabric.BlockStore;
using BackupFabric.Protos.Problems;
using BackupFabric.Server.Api;
using BackupFabric.Server.Authority;
using BackupFabric.Server.Backups;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Control;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Placements;
using BackupFabric.Server.Points;
using BackupFabric.Server.Recoveries;
using BackupFabric.Server.Repositories;
using BackupFabric.Server.SignIn;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections;

namespace BackupFabric.Server.Start;

/// <summary>A whole server: opened in the order in which the parts need each other, closed in the reverse.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private const int MessageBytesMax = 64 << 20;
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(15);

    private readonly DataFolder _folder;
    private readonly Repository _repository;

    private ServerHost(WebApplication app, DataFolder folder, Repository repository, string? firstPassword)
    {
        (App, _folder, _repository, FirstPassword) = (app, folder, repository, firstPassword);
    }

    public WebApplication App { get; }

    public ServerAddress Address => App.Services.GetRequiredService<ServerAddress>();

    public string Fingerprint => App.Services.GetRequiredService<ServerCertificate>().Fingerprint;

    /// <summary>Only at the very first start.</summary>
    public string? FirstPassword { get; }

    public int Port { get; private set; }

    /// <param name="adjust">Replaces services; for tests.</param>
    public static async Task<ServerHost> StartAsync(string[] args, CancellationToken cancellation, Action<IServiceCollection>? adjust = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        var settings = ReadSettings(builder, args);
        builder.Services.AddSingleton(TimeProvider.System);
        adjust?.Invoke(builder.Services);
        var time = (TimeProvider)builder.Services.Last(service => service.ServiceType == typeof(TimeProvider)).ImplementationInstance!;

        var folder = DataFolder.Own(settings.Server);
        Repository? repository = null;
        WebApplication? app = null;
        try
        {
            repository = await RepositoryStart.OpenAsync(settings, time, cancellation);
            Register(builder, settings, repository);
            app = builder.Build();
            SecretFile.WarnIfExposed(settings.Repository, app.Logger);
            Map(app);
            var firstPassword = await PrepareAsync(app.Services, settings, cancellation);
            var host = new ServerHost(app, folder, repository, firstPassword);
            await host.ListenAsync(settings, cancellation);
            return host;
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            if (repository is not null) await repository.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        var settings = App.Services.GetRequiredService<AllSettings>();
        await App.DisposeAsync();
        CatalogSetup.Release(settings);
        await _repository.DisposeAsync();
        _folder.Dispose();
    }

    private static AllSettings ReadSettings(WebApplicationBuilder builder, string[] args)
    {
        var given = CommandLine.Parse(args);
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true);
        builder.Configuration.AddEnvironmentVariables("BACKUPFABRIC_").AddInMemoryCollection(given);
        var folder = builder.Configuration["Server:DataFolder"] ?? new ServerSettings().DataFolder;
        try
        {
            builder.Configuration.AddJsonFile(Path.Combine(Path.GetFullPath(folder), "settings.json"), optional: true);
        }
        catch (InvalidDataException wrong)
        {
            throw new StartException($"The settings file in '{folder}' cannot be read: {wrong.InnerException?.Message ?? wrong.Message}", "Correct the JSON, or move the file away.", wrong);
        }

        // What is nearer to the operator wins: file, environment, command line.
        builder.Configuration.AddEnvironmentVariables("BACKUPFABRIC_").AddInMemoryCollection(given);
        return AllSettings.Read(builder.Configuration);
    }

    private static void Register(WebApplicationBuilder builder, AllSettings settings, Repository repository)
    {
        var services = builder.Services;
        services.AddSingleton(settings).AddSingleton(settings.Server).AddSingleton(settings.Tls).AddSingleton(settings.Hosts).AddSingleton(settings.Jobs)
            .AddSingleton(settings.Transfer).AddSingleton(settings.SignIn).AddSingleton(repository).AddSingleton<ServerAddress>();
        // Said here, because the default depends on the environment's name: what cannot be read is a problem with a sentence everywhere.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownPatience);
        services.AddSingleton<IMemoryPoolFactory<byte>, BlockMemoryPoolFactory>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel((_, kestrel) => KestrelSetup.Configure(kestrel, settings.Server, kestrel.ApplicationServices));
        services.AddCatalog(settings).AddAuthority(settings).AddHosts().AddControl().AddPlacements().AddJobs().AddBackups().AddRecoveries().AddPoints().AddSignIn();
        services.AddApiDocument();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MessageBytesMax;
            grpc.MaxSendMessageSize = MessageBytesMax;
            grpc.IgnoreUnknownServices = true;
            grpc.Interceptors.Add<ProblemInterceptor>();
        });
        AddAuthorization(services);
    }

    private static void AddAuthorization(IServiceCollection services)
    {
        // The core only: AddAuthentication would bring data protection along, with keys in the account's home folder that nothing here uses.
        services.AddAuthenticationCore().AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.Scheme, null)
            .AddScheme<AuthenticationSchemeOptions, HostAuthentication>(HostAuthentication.Scheme, null);
        var user = new AuthorizationPolicyBuilder(BearerAuthentication.Scheme).RequireAuthenticatedUser().Build();
        var host = new AuthorizationPolicyBuilder(HostAuthentication.Scheme).RequireAuthenticatedUser().Build();
        // What says nothing about who may call it needs a signed-in user: forgetting closes a door instead of opening one.
        services.AddAuthorizationBuilder().SetFallbackPolicy(user).SetDefaultPolicy(user).AddPolicy(HostAuthentication.Scheme, host);
    }

    private static void Map(WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGrpcService<EnrolmentService>().RequireAuthorization(HostAuthentication.Scheme);
        app.MapGrpcService<AgentControlService>().RequireAuthorization(HostAuthentication.Scheme);
        app.MapGrpcService<BlockTransferService>().RequireAuthorization(HostAuthentication.Scheme);
        app.MapHealth();
        app.MapAuthority();
        app.MapSignIn();
        app.MapHosts();
        app.MapVms();
        app.MapBackups();
        app.MapJobs();
        app.MapPoints();
        app.MapRecoveries();
        app.MapOpenApi("/openapi/{documentName}.json");
    }

    private static async Task<string?> PrepareAsync(IServiceProvider services, AllSettings settings, CancellationToken cancellation)
    {
        SpanSpool.Clear(settings.Server.SpoolFolder);
        await services.GetRequiredService<CatalogStart>().OpenAsync(cancellation);
        services.GetRequiredService<ServerCertificate>();
        await services.GetRequiredService<PointBook>().ReconcileAsync(cancellation);
        await JobResumption.ResumeAsync(services.GetRequiredService<JobDesk>(), cancellation);
        return await services.GetRequiredService<FirstAccount>().EnsureAsync(cancellation);
    }

    private async Task ListenAsync(AllSettings settings, CancellationToken cancellation)
    {
        var connected = App.Services.GetRequiredService<ConnectedHosts>();
        // Control streams never end by themselves; without this every stop would wait for its patience to run out.
        App.Lifetime.ApplicationStopping.Register(() => connected.CloseAll(ControlProblems.Stopping()));
        try
        {
            await App.StartAsync(cancellation);
        }
        catch (IOException failure)
        {
            throw new StartException(
                $"The server cannot listen on port {settings.Server.Port} of '{settings.Server.Bind}': {failure.Message}",
                "Stop what uses the port, or choose another with --port.",
                failure);
        }

        Port = App.Urls.Select(url => new Uri(url.Replace("[::]", "localhost", StringComparison.Ordinal)).Port).First();
        Address.Listens(Port);
    }
}
