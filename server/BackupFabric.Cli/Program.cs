using BackupFabric.Cli.Commands;

return await BfCommand.Create().InvokeAsync(args);
