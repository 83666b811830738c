using BackupFabric.Tour;

return await TourCommand.Create().Parse(args).InvokeAsync();
