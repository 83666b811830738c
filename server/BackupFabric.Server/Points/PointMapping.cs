using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BackupFabric.Server.Points;

internal sealed class PointMapping : IEntityTypeConfiguration<PointRecord>
{
    public void Configure(EntityTypeBuilder<PointRecord> builder)
    {
        builder.ToTable("Points").HasKey(point => point.Id);
        builder.Property(point => point.Id).ValueGeneratedNever();
        builder.Property(point => point.IdText).HasMaxLength(32);
        builder.HasIndex(point => point.IdText).IsUnique();
        builder.HasIndex(point => new { point.VmId, point.TakenAt });
        builder.HasIndex(point => point.TakenAt);
        builder.Property(point => point.VmName).HasMaxLength(255);
        builder.Property(point => point.VmNameKey).HasMaxLength(255);
        builder.HasIndex(point => point.VmNameKey);
        builder.Property(point => point.Consistency).HasMaxLength(20);
        builder.Property(point => point.SourceHost).HasMaxLength(255);
    }
}
