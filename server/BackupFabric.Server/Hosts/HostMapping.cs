using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BackupFabric.Server.Hosts;

internal sealed class HostMapping : IEntityTypeConfiguration<EnrolledHost>, IEntityTypeConfiguration<HostCertificate>, IEntityTypeConfiguration<HostToken>
{
    public void Configure(EntityTypeBuilder<EnrolledHost> builder)
    {
        builder.ToTable("Hosts").HasKey(host => host.Id);
        builder.Property(host => host.Id).ValueGeneratedNever();
        builder.Property(host => host.Name).HasMaxLength(255);
        builder.Property(host => host.NameKey).HasMaxLength(255);
        builder.HasIndex(host => host.NameKey).IsUnique();
        builder.Property(host => host.AgentVersion).HasMaxLength(100);
        builder.Property(host => host.OperatingSystem).HasMaxLength(255);
        builder.Property(host => host.Hypervisor).HasMaxLength(255);
        builder.Property(host => host.Version).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<HostCertificate> builder)
    {
        builder.ToTable("HostCertificates").HasKey(certificate => certificate.Serial);
        builder.Property(certificate => certificate.Serial).HasMaxLength(64);
        builder.HasIndex(certificate => certificate.HostId);
    }

    public void Configure(EntityTypeBuilder<HostToken> builder)
    {
        builder.ToTable("HostTokens").HasKey(token => token.Id);
        builder.Property(token => token.Id).ValueGeneratedNever();
        builder.Property(token => token.SecretHash).HasMaxLength(64);
        builder.HasIndex(token => token.SecretHash).IsUnique();
        builder.Property(token => token.HostName).HasMaxLength(255);
        builder.Property(token => token.CreatedBy).HasMaxLength(100);
        builder.Property(token => token.Version).IsConcurrencyToken();
    }
}
