using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

// Runs once in a catalog's life: constant arrays cost nothing here.
#pragma warning disable CA1861

namespace BackupFabric.Server.Catalog.Migrations;

/// <summary>The first shape of the catalog. Columns name no store types, so that every provider picks its own.</summary>
[DbContext(typeof(CatalogContext))]
[Migration(Id)]
internal sealed class FirstShape : Migration
{
    public const string Id = "20261122050000_FirstShape";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        CreateHosts(migrationBuilder);
        CreatePlacements(migrationBuilder);
        CreateJobs(migrationBuilder);
        CreatePoints(migrationBuilder);
        CreateSignIn(migrationBuilder);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var table in new[] { "Hosts", "HostCertificates", "HostTokens", "Vms", "VmSightings", "Placements", "PlacementChanges", "Jobs", "Points", "Baselines", "Accounts", "AccessTokens" })
            migrationBuilder.DropTable(table);
    }

    private static void CreateHosts(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Hosts",
            columns: table => new
            {
                Id = table.Column<Guid>(nullable: false),
                Name = table.Column<string>(maxLength: 255, nullable: false),
                NameKey = table.Column<string>(maxLength: 255, nullable: true),
                EnrolledAt = table.Column<long>(nullable: false),
                RevokedAt = table.Column<long>(nullable: true),
                LastSeenAt = table.Column<long>(nullable: true),
                CertificateNotAfter = table.Column<long>(nullable: false),
                AgentVersion = table.Column<string>(maxLength: 100, nullable: true),
                OperatingSystem = table.Column<string>(maxLength: 255, nullable: true),
                Hypervisor = table.Column<string>(maxLength: 255, nullable: true),
                Version = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_Hosts", row => row.Id));
        migrationBuilder.CreateIndex("IX_Hosts_NameKey", "Hosts", "NameKey", unique: true);

        migrationBuilder.CreateTable(
            name: "HostCertificates",
            columns: table => new
            {
                Serial = table.Column<string>(maxLength: 64, nullable: false),
                HostId = table.Column<Guid>(nullable: false),
                IssuedAt = table.Column<long>(nullable: false),
                NotAfter = table.Column<long>(nullable: false),
                VoidedAt = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("PK_HostCertificates", row => row.Serial));
        migrationBuilder.CreateIndex("IX_HostCertificates_HostId", "HostCertificates", "HostId");

        migrationBuilder.CreateTable(
            name: "HostTokens",
            columns: table => new
            {
                Id = table.Column<Guid>(nullable: false),
                SecretHash = table.Column<string>(maxLength: 64, nullable: false),
                HostName = table.Column<string>(maxLength: 255, nullable: true),
                CreatedBy = table.Column<string>(maxLength: 100, nullable: false),
                CreatedAt = table.Column<long>(nullable: false),
                ExpiresAt = table.Column<long>(nullable: false),
                UsedAt = table.Column<long>(nullable: true),
                UsedByHostId = table.Column<Guid>(nullable: true),
                Version = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_HostTokens", row => row.Id));
        migrationBuilder.CreateIndex("IX_HostTokens_SecretHash", "HostTokens", "SecretHash", unique: true);
    }

    private static void CreatePlacements(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Vms",
            columns: table => new
            {
                Id = table.Column<Guid>(nullable: false),
                Name = table.Column<string>(maxLength: 255, nullable: false),
                NameKey = table.Column<string>(maxLength: 255, nullable: false),
                State = table.Column<string>(maxLength: 20, nullable: false),
                Generation = table.Column<int>(nullable: false),
                ConfigurationVersion = table.Column<string>(maxLength: 20, nullable: false),
                GuestOs = table.Column<string>(maxLength: 255, nullable: false),
                ReplicaRole = table.Column<string>(maxLength: 20, nullable: false),
                MemoryBytes = table.Column<long>(nullable: false),
                DisksJson = table.Column<string>(nullable: false),
                WarningsJson = table.Column<string>(nullable: false),
                FirstSeenAt = table.Column<long>(nullable: false),
                SeenAt = table.Column<long>(nullable: false),
                Version = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_Vms", row => row.Id));
        migrationBuilder.CreateIndex("IX_Vms_NameKey", "Vms", "NameKey");

        migrationBuilder.CreateTable(
            name: "VmSightings",
            columns: table => new
            {
                HostId = table.Column<Guid>(nullable: false),
                VmId = table.Column<Guid>(nullable: false),
                Side = table.Column<string>(maxLength: 20, nullable: false),
                Name = table.Column<string>(maxLength: 255, nullable: false),
                FirstSeenAt = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_VmSightings", row => new { row.HostId, row.VmId }));
        migrationBuilder.CreateIndex("IX_VmSightings_VmId", "VmSightings", "VmId");

        migrationBuilder.CreateTable(
            name: "Placements",
            columns: table => new
            {
                VmId = table.Column<Guid>(nullable: false),
                Side = table.Column<string>(maxLength: 20, nullable: false),
                HostId = table.Column<Guid>(nullable: true),
                Epoch = table.Column<long>(nullable: false),
                Since = table.Column<long>(nullable: false),
                Version = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_Placements", row => new { row.VmId, row.Side }));
        migrationBuilder.CreateIndex("IX_Placements_HostId", "Placements", "HostId");

        migrationBuilder.CreateTable(
            name: "PlacementChanges",
            columns: table => new
            {
                Id = table.Column<Guid>(nullable: false),
                VmId = table.Column<Guid>(nullable: false),
                Side = table.Column<string>(maxLength: 20, nullable: false),
                HostId = table.Column<Guid>(nullable: true),
                Epoch = table.Column<long>(nullable: false),
                At = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_PlacementChanges", row => row.Id));
        migrationBuilder.CreateIndex("IX_PlacementChanges_VmId_Epoch", "PlacementChanges", new[] { "VmId", "Epoch" });
    }

    private static void CreateJobs(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Jobs",
            columns: table => new
            {
                Id = table.Column<Guid>(nullable: false),
                IdText = table.Column<string>(maxLength: 32, nullable: false),
                Kind = table.Column<string>(maxLength: 20, nullable: false),
                State = table.Column<string>(maxLength: 30, nullable: false),
                VmId = table.Column<Guid>(nullable: false),
                VmName = table.Column<string>(maxLength: 255, nullable: false),
                HostId = table.Column<Guid>(nullable: true),
                HostName = table.Column<string>(maxLength: 255, nullable: true),
                Attempt = table.Column<int>(nullable: false),
                Epoch = table.Column<long>(nullable: false),
                Retries = table.Column<int>(nullable: false),
                TimesLost = table.Column<int>(nullable: false),
                Contract = table.Column<string>(maxLength: 40, nullable: false),
                Full = table.Column<bool>(nullable: false),
                PointId = table.Column<Guid>(nullable: false),
                PointExists = table.Column<bool>(nullable: false),
                RecoverName = table.Column<string>(maxLength: 255, nullable: true),
                RecoverFolder = table.Column<string>(maxLength: 1024, nullable: true),
                NewIdentity = table.Column<bool>(nullable: false),
                RecoveredVmId = table.Column<Guid>(nullable: true),
                RequestedBy = table.Column<string>(maxLength: 100, nullable: false),
                CreatedAt = table.Column<long>(nullable: false),
                StartedAt = table.Column<long>(nullable: true),
                EndedAt = table.Column<long>(nullable: true),
                NotBefore = table.Column<long>(nullable: true),
                WaitingSince = table.Column<long>(nullable: true),
                TicketHash = table.Column<string>(maxLength: 64, nullable: true),
                CancelRequested = table.Column<bool>(nullable: false),
                Phase = table.Column<string>(maxLength: 30, nullable: true),
                DoneBytes = table.Column<long>(nullable: false),
                WorkBytes = table.Column<long>(nullable: false),
                ReadBytes = table.Column<long>(nullable: false),
                SentBytes = table.Column<long>(nullable: false),
                Detail = table.Column<string>(maxLength: 255, nullable: true),
                FiguresJson = table.Column<string>(nullable: true),
                ProblemJson = table.Column<string>(nullable: true),
                WarningsJson = table.Column<string>(nullable: false),
                Claim = table.Column<string>(maxLength: 400, nullable: true),
                Version = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_Jobs", row => row.Id));
        migrationBuilder.CreateIndex("IX_Jobs_Claim", "Jobs", "Claim", unique: true);
        migrationBuilder.CreateIndex("IX_Jobs_CreatedAt", "Jobs", "CreatedAt");
        migrationBuilder.CreateIndex("IX_Jobs_IdText", "Jobs", "IdText", unique: true);
        migrationBuilder.CreateIndex("IX_Jobs_State", "Jobs", "State");
        migrationBuilder.CreateIndex("IX_Jobs_VmId_CreatedAt", "Jobs", new[] { "VmId", "CreatedAt" });
    }

    private static void CreatePoints(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Points",
            columns: table => new
            {
                Id = table.Column<Guid>(nullable: false),
                IdText = table.Column<string>(maxLength: 32, nullable: false),
                JobId = table.Column<Guid>(nullable: false),
                VmId = table.Column<Guid>(nullable: false),
                VmName = table.Column<string>(maxLength: 255, nullable: false),
                VmNameKey = table.Column<string>(maxLength: 255, nullable: false),
                TakenAt = table.Column<long>(nullable: false),
                Consistency = table.Column<string>(maxLength: 20, nullable: false),
                SourceHost = table.Column<string>(maxLength: 255, nullable: false),
                SourceHostId = table.Column<Guid>(nullable: false),
                DiskBytes = table.Column<long>(nullable: false),
                NewBytes = table.Column<long>(nullable: false),
                DisksJson = table.Column<string>(nullable: false),
                WarningsJson = table.Column<string>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_Points", row => row.Id));
        migrationBuilder.CreateIndex("IX_Points_IdText", "Points", "IdText", unique: true);
        migrationBuilder.CreateIndex("IX_Points_TakenAt", "Points", "TakenAt");
        migrationBuilder.CreateIndex("IX_Points_VmId_TakenAt", "Points", new[] { "VmId", "TakenAt" });
        migrationBuilder.CreateIndex("IX_Points_VmNameKey", "Points", "VmNameKey");

        migrationBuilder.CreateTable(
            name: "Baselines",
            columns: table => new
            {
                VmId = table.Column<Guid>(nullable: false),
                ReferencePointId = table.Column<string>(maxLength: 256, nullable: false),
                HostId = table.Column<Guid>(nullable: false),
                PointId = table.Column<Guid>(nullable: false),
                DisksJson = table.Column<string>(nullable: false),
                SetAt = table.Column<long>(nullable: false),
                Obsolete = table.Column<bool>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_Baselines", row => new { row.VmId, row.ReferencePointId }));
        migrationBuilder.CreateIndex("IX_Baselines_PointId", "Baselines", "PointId");
    }

    private static void CreateSignIn(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Accounts",
            columns: table => new
            {
                Id = table.Column<Guid>(nullable: false),
                Name = table.Column<string>(maxLength: 100, nullable: false),
                NameKey = table.Column<string>(maxLength: 100, nullable: false),
                PasswordHash = table.Column<string>(maxLength: 255, nullable: false),
                Role = table.Column<string>(maxLength: 50, nullable: false),
                CreatedAt = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_Accounts", row => row.Id));
        migrationBuilder.CreateIndex("IX_Accounts_NameKey", "Accounts", "NameKey", unique: true);

        migrationBuilder.CreateTable(
            name: "AccessTokens",
            columns: table => new
            {
                Hash = table.Column<string>(maxLength: 64, nullable: false),
                AccountId = table.Column<Guid>(nullable: false),
                CreatedAt = table.Column<long>(nullable: false),
                ExpiresAt = table.Column<long>(nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_AccessTokens", row => row.Hash));
        migrationBuilder.CreateIndex("IX_AccessTokens_ExpiresAt", "AccessTokens", "ExpiresAt");
    }
}
