using System.Net;
using BackupFabric.Blocks;
using BackupFabric.Server.Catalog;

namespace BackupFabric.Server.Start;

/// <summary>What settings must be. A wrong one stops the start and says which, why and what to do.</summary>
internal static class SettingsRules
{
    private static readonly TimeSpan CertificateLifetimeMin = TimeSpan.FromSeconds(10);

    public static void Check(AllSettings settings)
    {
        CheckServer(settings.Server);
        CheckTls(settings);
        CheckDatabase(settings.Database);
        CheckJobs(settings);
        CheckTransfer(settings);
        CheckSignIn(settings);
    }

    private static void CheckServer(ServerSettings server)
    {
        Demand(!string.IsNullOrWhiteSpace(server.DataFolder), "Server:DataFolder", "", "it is empty", "Give a folder, for example with --data /var/lib/backupfabric.");
        Demand(server.Port is >= 0 and <= 65535, "Server:Port", server.Port, "it is not a TCP port", "Choose 1 to 65535, or 0 for any free port.");
        Demand(server.Bind == "*" || IPAddress.TryParse(server.Bind, out _), "Server:Bind", server.Bind, "it is not an IP address", "Give an address of this machine, or * for all of them.");
        if (server.PublicAddress is { Length: > 0 } address)
        {
            Demand(
                Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.PathAndQuery == "/",
                "Server:PublicAddress", address, "it is not an https address without a path", "Write it like https://backup.example:7443.");
        }

        Demand(server.FreeBytesWarning >= 0, "Server:FreeBytesWarning", server.FreeBytesWarning, "it is negative", "Give a number of bytes, or 0.");
        AtLeast(server.ConnectionsMax, 10, "Server:ConnectionsMax");
    }

    private static void CheckTls(AllSettings settings)
    {
        var tls = settings.Tls;
        Demand(
            string.IsNullOrEmpty(tls.KeyPath) || !string.IsNullOrEmpty(tls.CertificatePath),
            "Tls:KeyPath", tls.KeyPath, "there is a key without a certificate", "Set Tls:CertificatePath as well, or remove Tls:KeyPath.");
        foreach (var name in tls.Names)
            Demand(Uri.CheckHostName(name) != UriHostNameType.Unknown, "Tls:Names", name, "it is neither a host name nor an address", "List the names under which the server is reached.");
        AtLeast(settings.Hosts.CertificateLifetime, CertificateLifetimeMin, "Hosts:CertificateLifetime");
        AtLeast(tls.ServerCertificateLifetime, TimeSpan.FromDays(1), "Tls:ServerCertificateLifetime");
    }

    private static void CheckDatabase(CatalogSettings database)
    {
        Demand(
            string.Equals(database.Provider, CatalogSettings.Sqlite, StringComparison.OrdinalIgnoreCase),
            "Database:Provider", database.Provider, "this server knows no such database", $"Use '{CatalogSettings.Sqlite}'.");
        AtLeast(database.RetriesMax, 1, "Database:RetriesMax");
        AtLeast(database.RetryDelay, TimeSpan.FromMilliseconds(1), "Database:RetryDelay");
        AtLeast(database.BusyTimeout, TimeSpan.FromSeconds(1), "Database:BusyTimeout");
        AtLeast(database.CopiesKept, 1, "Database:CopiesKept");
    }

    private static void CheckJobs(AllSettings settings)
    {
        var jobs = settings.Jobs;
        AtLeast(jobs.RunningMax, 1, "Jobs:RunningMax");
        AtLeast(jobs.RunningPerHostMax, 1, "Jobs:RunningPerHostMax");
        AtLeast(jobs.WaitForHostMax, TimeSpan.FromSeconds(1), "Jobs:WaitForHostMax");
        AtLeast(jobs.TimesLostMax, 0, "Jobs:TimesLostMax");
        AtLeast(jobs.RetriesMax, 0, "Jobs:RetriesMax");
        AtLeast(jobs.SoonDelay, TimeSpan.FromMilliseconds(1), "Jobs:SoonDelay");
        AtLeast(jobs.LaterDelay, TimeSpan.FromMilliseconds(1), "Jobs:LaterDelay");
        AtLeast(jobs.DelayMax, TimeSpan.FromMilliseconds(1), "Jobs:DelayMax");
        AtLeast(jobs.PulseEvery, TimeSpan.FromMilliseconds(100), "Jobs:PulseEvery");
        AtLeast(jobs.ProgressSavedEvery, TimeSpan.FromMilliseconds(100), "Jobs:ProgressSavedEvery");
        Demand(jobs.InventoryGrace >= TimeSpan.Zero, "Jobs:InventoryGrace", jobs.InventoryGrace, "it is negative", "Give a time, or 0.");
        Demand(
            jobs.Lease >= 2 * jobs.PulseEvery,
            "Jobs:Lease", jobs.Lease, $"it is shorter than two pulses (Jobs:PulseEvery is {jobs.PulseEvery}), so one lost pulse would lose the job",
            "Make the lease longer or the pulse faster.");
    }

    private static void CheckTransfer(AllSettings settings)
    {
        var transfer = settings.Transfer;
        Demand(Enum.IsDefined(transfer.Codec), "Transfer:Codec", transfer.Codec, "there is no such codec", "Choose lz4, zstd or none.");
        Demand(
            BlockSealer.Supports(transfer.Codec), "Transfer:Codec", transfer.Codec, "its library is not on this machine, so blocks could not be opened here",
            "Install libzstd (Debian: libzstd1; Windows: libzstd.dll beside the program), or choose lz4.");
        Demand(
            BlockSealer.HasLevel(transfer.Codec, transfer.CodecLevel), "Transfer:CodecLevel", transfer.CodecLevel, $"{transfer.Codec} has no such level",
            "Choose 0 for the default; 1 to 64 for lz4, 1 packs tightest; -50 to 19 for zstd.");
        AtLeast(transfer.BatchBytesMax, 512 << 10, "Transfer:BatchBytesMax");
        Demand(transfer.BatchBytesMax <= 8 << 20, "Transfer:BatchBytesMax", transfer.BatchBytesMax, "it is more than 8 MiB", "Choose 524288 to 8388608.");
        AtLeast(transfer.BatchesInFlightMax, 1, "Transfer:BatchesInFlightMax");
        AtLeast(transfer.BatchesInFlightServerMax, transfer.BatchesInFlightMax, "Transfer:BatchesInFlightServerMax");
        AtLeast(transfer.ProofsAtOnceMax, 1, "Transfer:ProofsAtOnceMax");
        AtLeast(transfer.BatchesReadAhead, 1, "Transfer:BatchesReadAhead");
    }

    private static void CheckSignIn(AllSettings settings)
    {
        AtLeast(settings.SignIn.TokenLifetime, TimeSpan.FromMinutes(1), "SignIn:TokenLifetime");
        AtLeast(settings.SignIn.FreeTries, 1, "SignIn:FreeTries");
        Demand(
            string.IsNullOrEmpty(settings.SignIn.FirstPassword) || settings.SignIn.FirstPassword.Length >= 10,
            "SignIn:FirstPassword", "(not shown)", "it has fewer than 10 characters", "Give a longer one, or none: then one is generated.");
    }

    private static void AtLeast<T>(T value, T least, string setting)
        where T : IComparable<T> =>
        Demand(value.CompareTo(least) >= 0, setting, value, $"it must be at least {least}", "Raise it, or remove the setting to take the default.");

    private static void Demand(bool holds, string setting, object? value, string why, string advice)
    {
        if (!holds) throw new StartException($"The setting {setting} is '{value}', which cannot be: {why}.", advice);
    }
}
