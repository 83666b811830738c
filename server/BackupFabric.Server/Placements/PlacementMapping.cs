using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BackupFabric.Server.Placements;

internal sealed class PlacementMapping :
    IEntityTypeConfiguration<Vm>, IEntityTypeConfiguration<VmSighting>, IEntityTypeConfiguration<Placement>, IEntityTypeConfiguration<PlacementChange>
{
    public void Configure(EntityTypeBuilder<Vm> builder)
    {
        builder.ToTable("Vms").HasKey(vm => vm.Id);
        builder.Property(vm => vm.Id).ValueGeneratedNever();
        builder.Property(vm => vm.Name).HasMaxLength(255);
        builder.Property(vm => vm.NameKey).HasMaxLength(255);
        builder.HasIndex(vm => vm.NameKey);
        builder.Property(vm => vm.State).HasMaxLength(20);
        builder.Property(vm => vm.ConfigurationVersion).HasMaxLength(20);
        builder.Property(vm => vm.GuestOs).HasMaxLength(255);
        builder.Property(vm => vm.ReplicaRole).HasMaxLength(20);
        builder.Property(vm => vm.Version).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<VmSighting> builder)
    {
        builder.ToTable("VmSightings").HasKey(sighting => new { sighting.HostId, sighting.VmId });
        builder.HasIndex(sighting => sighting.VmId);
        builder.Property(sighting => sighting.Name).HasMaxLength(255);
        builder.Property(sighting => sighting.Side).HasConversion<string>().HasMaxLength(20);
    }

    public void Configure(EntityTypeBuilder<Placement> builder)
    {
        builder.ToTable("Placements").HasKey(placement => new { placement.VmId, placement.Side });
        builder.HasIndex(placement => placement.HostId);
        builder.Property(placement => placement.Side).HasConversion<string>().HasMaxLength(20);
        builder.Property(placement => placement.Version).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<PlacementChange> builder)
    {
        builder.ToTable("PlacementChanges").HasKey(change => change.Id);
        builder.Property(change => change.Id).ValueGeneratedNever();
        builder.HasIndex(change => new { change.VmId, change.Epoch });
        builder.Property(change => change.Side).HasConversion<string>().HasMaxLength(20);
    }
}
