using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BackupFabric.Server.Jobs;

internal sealed class JobMapping : IEntityTypeConfiguration<Job>
{
    public void Configure(EntityTypeBuilder<Job> builder)
    {
        builder.ToTable("Jobs").HasKey(job => job.Id);
        builder.Property(job => job.Id).ValueGeneratedNever();
        builder.Property(job => job.IdText).HasMaxLength(32);
        builder.HasIndex(job => job.IdText).IsUnique();
        builder.HasIndex(job => job.State);
        builder.HasIndex(job => job.CreatedAt);
        builder.HasIndex(job => new { job.VmId, job.CreatedAt });
        builder.HasIndex(job => job.Claim).IsUnique();
        builder.Property(job => job.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(job => job.State).HasConversion<string>().HasMaxLength(30);
        builder.Property(job => job.Contract).HasConversion<string>().HasMaxLength(40);
        builder.Property(job => job.VmName).HasMaxLength(255);
        builder.Property(job => job.HostName).HasMaxLength(255);
        builder.Property(job => job.RecoverName).HasMaxLength(255);
        builder.Property(job => job.RecoverFolder).HasMaxLength(1024);
        builder.Property(job => job.RequestedBy).HasMaxLength(100);
        builder.Property(job => job.TicketHash).HasMaxLength(64);
        builder.Property(job => job.Phase).HasMaxLength(30);
        builder.Property(job => job.Detail).HasMaxLength(255);
        builder.Property(job => job.Claim).HasMaxLength(400);
        builder.Property(job => job.Version).IsConcurrencyToken();
    }
}
