using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BackupFabric.Server.Backups;

internal sealed class BaselineMapping : IEntityTypeConfiguration<VmBaseline>
{
    public void Configure(EntityTypeBuilder<VmBaseline> builder)
    {
        builder.ToTable("Baselines").HasKey(baseline => new { baseline.VmId, baseline.ReferencePointId });
        builder.Property(baseline => baseline.ReferencePointId).HasMaxLength(256);
        builder.HasIndex(baseline => baseline.PointId);
    }
}
