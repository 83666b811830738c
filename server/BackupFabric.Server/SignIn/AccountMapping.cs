using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace BackupFabric.Server.SignIn;

internal sealed class AccountMapping : IEntityTypeConfiguration<Account>, IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("Accounts").HasKey(account => account.Id);
        builder.Property(account => account.Id).ValueGeneratedNever();
        builder.Property(account => account.Name).HasMaxLength(100);
        builder.Property(account => account.NameKey).HasMaxLength(100);
        builder.HasIndex(account => account.NameKey).IsUnique();
        builder.Property(account => account.PasswordHash).HasMaxLength(255);
        builder.Property(account => account.Role).HasMaxLength(50);
    }

    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.ToTable("AccessTokens").HasKey(token => token.Hash);
        builder.Property(token => token.Hash).HasMaxLength(64);
        builder.HasIndex(token => token.ExpiresAt);
    }
}
