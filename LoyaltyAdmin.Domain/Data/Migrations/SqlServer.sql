IF OBJECT_ID(N'[__EFMigrationsHistory]') IS NULL
BEGIN
    CREATE TABLE [__EFMigrationsHistory] (
        [MigrationId] nvarchar(150) NOT NULL,
        [ProductVersion] nvarchar(32) NOT NULL,
        CONSTRAINT [PK___EFMigrationsHistory] PRIMARY KEY ([MigrationId])
    );
END;
GO

BEGIN TRANSACTION;
CREATE TABLE [Agreements] (
    [Id] bigint NOT NULL IDENTITY,
    [Kind] nvarchar(40) NOT NULL,
    [Title] nvarchar(200) NOT NULL,
    [CurrentVersion] int NOT NULL,
    [IsActive] bit NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Agreements] PRIMARY KEY ([Id])
);

CREATE TABLE [ApiClients] (
    [Id] bigint NOT NULL IDENTITY,
    [Name] nvarchar(120) NOT NULL,
    [Scopes] nvarchar(max) NOT NULL,
    [Stores] nvarchar(max) NOT NULL,
    [IsEnabled] bit NOT NULL,
    [RequiresSignature] bit NOT NULL,
    [AllowedAddresses] nvarchar(max) NOT NULL,
    [RedemptionsPerSecond] int NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_ApiClients] PRIMARY KEY ([Id])
);

CREATE TABLE [Approvals] (
    [Id] bigint NOT NULL IDENTITY,
    [Kind] nvarchar(40) NOT NULL,
    [Subject] nvarchar(400) NOT NULL,
    [SubjectId] bigint NOT NULL,
    [Amount] decimal(19,4) NULL,
    [Currency] nvarchar(3) NULL,
    [StoreId] bigint NULL,
    [Request] nvarchar(4000) NOT NULL,
    [Reason] nvarchar(1000) NOT NULL,
    [RequestedByKey] nvarchar(40) NOT NULL,
    [RequestedByName] nvarchar(400) NOT NULL,
    [RequestedAt] datetimeoffset NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [DecidedByKey] nvarchar(40) NULL,
    [DecidedByName] nvarchar(400) NULL,
    [DecidedAt] datetimeoffset NULL,
    [DecisionNote] nvarchar(1000) NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Approvals] PRIMARY KEY ([Id])
);

CREATE TABLE [AuditEntries] (
    [Id] bigint NOT NULL IDENTITY,
    [At] datetimeoffset NOT NULL,
    [ActorKey] nvarchar(40) NOT NULL,
    [ActorName] nvarchar(400) NOT NULL,
    [IpAddress] nvarchar(400) NULL,
    [CorrelationId] nvarchar(400) NULL,
    [AuthenticationMethod] nvarchar(400) NULL,
    [Action] nvarchar(80) NOT NULL,
    [Outcome] nvarchar(40) NOT NULL,
    [EntityType] nvarchar(80) NULL,
    [EntityId] nvarchar(40) NULL,
    [Subject] nvarchar(400) NULL,
    [StoreId] bigint NULL,
    [Reason] nvarchar(1000) NULL,
    [Before] nvarchar(max) NULL,
    [After] nvarchar(max) NULL,
    CONSTRAINT [PK_AuditEntries] PRIMARY KEY ([Id])
);

CREATE TABLE [AuditSeals] (
    [Id] bigint NOT NULL,
    [FirstId] bigint NOT NULL,
    [Count] int NOT NULL,
    [Hash] nvarchar(64) NOT NULL,
    [SealedAt] datetimeoffset NOT NULL,
    CONSTRAINT [PK_AuditSeals] PRIMARY KEY ([Id])
);

CREATE TABLE [CompanySettings] (
    [Id] bigint NOT NULL,
    [Name] nvarchar(400) NOT NULL,
    [TimeZone] nvarchar(400) NOT NULL,
    [Currency] nvarchar(3) NOT NULL,
    [MinimumGiftCardMonths] int NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_CompanySettings] PRIMARY KEY ([Id])
);

CREATE TABLE [ExportJobs] (
    [Id] bigint NOT NULL IDENTITY,
    [Kind] nvarchar(40) NOT NULL,
    [Filter] nvarchar(4000) NOT NULL,
    [FilterText] nvarchar(1000) NOT NULL,
    [WithFullNumbers] bit NOT NULL,
    [OwnerKey] nvarchar(40) NOT NULL,
    [OwnerName] nvarchar(400) NOT NULL,
    [RequestedAt] datetimeoffset NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [Rows] bigint NOT NULL,
    [TotalRows] bigint NOT NULL,
    [FileName] nvarchar(255) NULL,
    [FileSize] bigint NULL,
    [FileHash] nvarchar(64) NULL,
    [FinishedAt] datetimeoffset NULL,
    [ExpiresAt] datetimeoffset NULL,
    [Failure] nvarchar(1000) NULL,
    CONSTRAINT [PK_ExportJobs] PRIMARY KEY ([Id])
);

CREATE TABLE [GiftCardDesigns] (
    [Id] bigint NOT NULL IDENTITY,
    [Name] nvarchar(120) NOT NULL,
    [LibraryKey] nvarchar(40) NULL,
    [Image] varbinary(max) NULL,
    [ContentType] nvarchar(40) NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    CONSTRAINT [PK_GiftCardDesigns] PRIMARY KEY ([Id])
);

CREATE TABLE [ImportJobs] (
    [Id] bigint NOT NULL IDENTITY,
    [Kind] nvarchar(40) NOT NULL,
    [FileName] nvarchar(255) NOT NULL,
    [FileHash] nvarchar(64) NOT NULL,
    [FileSize] bigint NOT NULL,
    [UploadedByKey] nvarchar(40) NOT NULL,
    [UploadedByName] nvarchar(400) NOT NULL,
    [UploadedAt] datetimeoffset NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [Mode] nvarchar(40) NOT NULL,
    [TotalRows] int NOT NULL,
    [ValidRows] int NOT NULL,
    [ErrorRows] int NOT NULL,
    [AppliedRows] int NOT NULL,
    [ValueSummary] nvarchar(400) NULL,
    [Value] decimal(19,4) NOT NULL,
    [FinishedAt] datetimeoffset NULL,
    [Failure] nvarchar(1000) NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_ImportJobs] PRIMARY KEY ([Id])
);

CREATE TABLE [JobLeases] (
    [Id] nvarchar(80) NOT NULL,
    [Owner] nvarchar(120) NOT NULL,
    [Token] bigint NOT NULL,
    [Until] datetimeoffset NOT NULL,
    CONSTRAINT [PK_JobLeases] PRIMARY KEY ([Id])
);

CREATE TABLE [JobRuns] (
    [Id] bigint NOT NULL IDENTITY,
    [Job] nvarchar(80) NOT NULL,
    [StartedAt] datetimeoffset NOT NULL,
    [FinishedAt] datetimeoffset NULL,
    [Succeeded] bit NULL,
    [Summary] nvarchar(1000) NULL,
    CONSTRAINT [PK_JobRuns] PRIMARY KEY ([Id])
);

CREATE TABLE [LedgerAccounts] (
    [Id] bigint NOT NULL IDENTITY,
    [Kind] nvarchar(40) NOT NULL,
    [Currency] nvarchar(3) NOT NULL,
    [StoreId] bigint NOT NULL,
    [Balance] bigint NOT NULL,
    [LastSequence] bigint NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [UsableUntil] datetimeoffset NULL,
    CONSTRAINT [PK_LedgerAccounts] PRIMARY KEY ([Id]),
    CONSTRAINT [CK_LedgerAccounts_Balance] CHECK ("Balance" >= 0)
);

CREATE TABLE [LedgerCaptures] (
    [TransactionId] bigint NOT NULL,
    [Remaining] bigint NOT NULL,
    CONSTRAINT [PK_LedgerCaptures] PRIMARY KEY ([TransactionId]),
    CONSTRAINT [CK_LedgerCaptures_Remaining] CHECK ("Remaining" >= 0)
);

CREATE TABLE [LedgerCheckRuns] (
    [Id] bigint NOT NULL IDENTITY,
    [At] datetimeoffset NOT NULL,
    [ActorName] nvarchar(120) NOT NULL,
    [Transactions] bigint NOT NULL,
    [Violations] int NOT NULL,
    [Findings] nvarchar(max) NOT NULL,
    [Milliseconds] int NOT NULL,
    CONSTRAINT [PK_LedgerCheckRuns] PRIMARY KEY ([Id])
);

CREATE TABLE [LedgerEntries] (
    [Id] bigint NOT NULL IDENTITY,
    [TransactionId] bigint NOT NULL,
    [AccountId] bigint NOT NULL,
    [Amount] bigint NOT NULL,
    CONSTRAINT [PK_LedgerEntries] PRIMARY KEY ([Id]),
    CONSTRAINT [CK_LedgerEntries_Amount] CHECK ("Amount" <> 0)
);

CREATE TABLE [LedgerTransactions] (
    [Id] bigint NOT NULL IDENTITY,
    [Type] nvarchar(40) NOT NULL,
    [AccountKind] nvarchar(40) NOT NULL,
    [AccountId] bigint NOT NULL,
    [Currency] nvarchar(3) NOT NULL,
    [Amount] bigint NOT NULL,
    [BalanceAfter] bigint NOT NULL,
    [Sequence] bigint NULL,
    [Refusal] nvarchar(40) NULL,
    [HomeStoreId] bigint NOT NULL,
    [StoreId] bigint NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [BusinessDay] date NOT NULL,
    [At] datetimeoffset NOT NULL,
    [Source] nvarchar(40) NOT NULL,
    [IdempotencyKey] nvarchar(128) NOT NULL,
    [RequestHash] nvarchar(64) NOT NULL,
    [ReversesId] bigint NULL,
    [OrderNumber] nvarchar(64) NULL,
    [ActorKey] nvarchar(40) NOT NULL,
    [ActorName] nvarchar(120) NOT NULL,
    [Reason] nvarchar(1000) NULL,
    [SealedAnswer] varbinary(max) NULL,
    CONSTRAINT [PK_LedgerTransactions] PRIMARY KEY ([Id])
);

CREATE TABLE [ProtectionKeys] (
    [Id] bigint NOT NULL IDENTITY,
    [FriendlyName] nvarchar(400) NOT NULL,
    [SealedXml] varbinary(max) NOT NULL,
    CONSTRAINT [PK_ProtectionKeys] PRIMARY KEY ([Id])
);

CREATE TABLE [Roles] (
    [Id] bigint NOT NULL IDENTITY,
    [Name] nvarchar(80) NOT NULL,
    [Permissions] nvarchar(max) NOT NULL,
    [RefundLimit] decimal(19,4) NULL,
    [AdjustmentLimit] decimal(19,4) NULL,
    [ImportLimit] decimal(19,4) NULL,
    [RequiresTwoFactor] bit NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Roles] PRIMARY KEY ([Id])
);

CREATE TABLE [SecurityCounters] (
    [Id] nvarchar(120) NOT NULL,
    [Failures] int NOT NULL,
    [TotalFailures] int NOT NULL,
    [WindowStartedAt] datetimeoffset NOT NULL,
    [LockedUntil] datetimeoffset NULL,
    CONSTRAINT [PK_SecurityCounters] PRIMARY KEY ([Id])
);

CREATE TABLE [Stores] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(20) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [TimeZone] nvarchar(60) NOT NULL,
    [City] nvarchar(400) NULL,
    [Address] nvarchar(400) NULL,
    [IsOpen] bit NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Stores] PRIMARY KEY ([Id])
);

CREATE TABLE [AgreementVersions] (
    [Id] bigint NOT NULL IDENTITY,
    [AgreementId] bigint NOT NULL,
    [Number] int NOT NULL,
    [Body] nvarchar(max) NOT NULL,
    [PublishedAt] datetimeoffset NOT NULL,
    [PublishedBy] nvarchar(400) NOT NULL,
    CONSTRAINT [PK_AgreementVersions] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_AgreementVersions_Agreements_AgreementId] FOREIGN KEY ([AgreementId]) REFERENCES [Agreements] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [ApiKeys] (
    [Id] bigint NOT NULL IDENTITY,
    [ApiClientId] bigint NOT NULL,
    [KeyId] nvarchar(20) NOT NULL,
    [Hash] varbinary(max) NOT NULL,
    [SigningSecret] varbinary(max) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [ExpiresAt] datetimeoffset NULL,
    [RevokedAt] datetimeoffset NULL,
    [LastUsedAt] datetimeoffset NULL,
    CONSTRAINT [PK_ApiKeys] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_ApiKeys_ApiClients_ApiClientId] FOREIGN KEY ([ApiClientId]) REFERENCES [ApiClients] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [GiftCardPlans] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(20) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [Currency] nvarchar(3) NOT NULL,
    [CardType] nvarchar(40) NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [DesignId] bigint NOT NULL,
    [Rules] nvarchar(max) NOT NULL,
    [TermsId] bigint NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_GiftCardPlans] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_GiftCardPlans_GiftCardDesigns_DesignId] FOREIGN KEY ([DesignId]) REFERENCES [GiftCardDesigns] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [ImportRows] (
    [Id] bigint NOT NULL IDENTITY,
    [ImportId] bigint NOT NULL,
    [RowNumber] int NOT NULL,
    [SealedValues] varbinary(max) NOT NULL,
    [IsValid] bit NOT NULL,
    [ErrorColumn] nvarchar(80) NULL,
    [ErrorCode] nvarchar(40) NULL,
    [Error] nvarchar(400) NULL,
    [CreatedId] bigint NULL,
    CONSTRAINT [PK_ImportRows] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_ImportRows_ImportJobs_ImportId] FOREIGN KEY ([ImportId]) REFERENCES [ImportJobs] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [Staff] (
    [Id] bigint NOT NULL IDENTITY,
    [DisplayName] nvarchar(400) NOT NULL,
    [RoleId] bigint NOT NULL,
    [Stores] nvarchar(max) NOT NULL,
    [IsEnabled] bit NOT NULL,
    [MustChangePassword] bit NOT NULL,
    [LastSignInAt] datetimeoffset NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [UserName] nvarchar(256) NULL,
    [NormalizedUserName] nvarchar(256) NULL,
    [Email] nvarchar(256) NULL,
    [NormalizedEmail] nvarchar(256) NULL,
    [EmailConfirmed] bit NOT NULL,
    [PasswordHash] nvarchar(400) NULL,
    [SecurityStamp] nvarchar(400) NULL,
    [ConcurrencyStamp] nvarchar(400) NULL,
    [PhoneNumber] nvarchar(400) NULL,
    [PhoneNumberConfirmed] bit NOT NULL,
    [TwoFactorEnabled] bit NOT NULL,
    [LockoutEnd] datetimeoffset NULL,
    [LockoutEnabled] bit NOT NULL,
    [AccessFailedCount] int NOT NULL,
    CONSTRAINT [PK_Staff] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_Staff_Roles_RoleId] FOREIGN KEY ([RoleId]) REFERENCES [Roles] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [GiftCardTerms] (
    [Id] bigint NOT NULL IDENTITY,
    [PlanId] bigint NOT NULL,
    [Number] int NOT NULL,
    [Rules] nvarchar(max) NOT NULL,
    [AgreementVersion] int NULL,
    [Since] datetimeoffset NOT NULL,
    CONSTRAINT [PK_GiftCardTerms] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_GiftCardTerms_GiftCardPlans_PlanId] FOREIGN KEY ([PlanId]) REFERENCES [GiftCardPlans] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [StaffClaims] (
    [Id] int NOT NULL IDENTITY,
    [UserId] bigint NOT NULL,
    [ClaimType] nvarchar(400) NULL,
    [ClaimValue] nvarchar(400) NULL,
    CONSTRAINT [PK_StaffClaims] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_StaffClaims_Staff_UserId] FOREIGN KEY ([UserId]) REFERENCES [Staff] ([Id]) ON DELETE CASCADE
);

CREATE TABLE [StaffLogins] (
    [LoginProvider] nvarchar(400) NOT NULL,
    [ProviderKey] nvarchar(400) NOT NULL,
    [ProviderDisplayName] nvarchar(400) NULL,
    [UserId] bigint NOT NULL,
    CONSTRAINT [PK_StaffLogins] PRIMARY KEY ([LoginProvider], [ProviderKey]),
    CONSTRAINT [FK_StaffLogins_Staff_UserId] FOREIGN KEY ([UserId]) REFERENCES [Staff] ([Id]) ON DELETE CASCADE
);

CREATE TABLE [StaffTokens] (
    [UserId] bigint NOT NULL,
    [LoginProvider] nvarchar(128) NOT NULL,
    [Name] nvarchar(128) NOT NULL,
    [Value] nvarchar(4000) NULL,
    CONSTRAINT [PK_StaffTokens] PRIMARY KEY ([UserId], [LoginProvider], [Name]),
    CONSTRAINT [FK_StaffTokens_Staff_UserId] FOREIGN KEY ([UserId]) REFERENCES [Staff] ([Id]) ON DELETE CASCADE
);

CREATE TABLE [GiftCards] (
    [Id] bigint NOT NULL IDENTITY,
    [PlanId] bigint NOT NULL,
    [TermsId] bigint NOT NULL,
    [AccountId] bigint NOT NULL,
    [CardType] nvarchar(40) NOT NULL,
    [Currency] nvarchar(3) NOT NULL,
    [StoreId] bigint NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [NumberHash] varbinary(32) NOT NULL,
    [SealedNumber] varbinary(100) NOT NULL,
    [LastFour] nvarchar(4) NOT NULL,
    [CodeHash] varbinary(32) NULL,
    [FaceValue] decimal(19,4) NOT NULL,
    [Paid] decimal(19,4) NOT NULL,
    [BuyerName] nvarchar(120) NULL,
    [BuyerPhone] nvarchar(20) NULL,
    [BuyerEmail] nvarchar(254) NULL,
    [SearchText] nvarchar(400) NOT NULL,
    [OrderNumber] nvarchar(64) NULL,
    [SoldAt] datetimeoffset NOT NULL,
    [SoldOn] date NOT NULL,
    [ImportId] bigint NULL,
    CONSTRAINT [PK_GiftCards] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_GiftCards_GiftCardPlans_PlanId] FOREIGN KEY ([PlanId]) REFERENCES [GiftCardPlans] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_GiftCards_GiftCardTerms_TermsId] FOREIGN KEY ([TermsId]) REFERENCES [GiftCardTerms] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_GiftCards_ImportJobs_ImportId] FOREIGN KEY ([ImportId]) REFERENCES [ImportJobs] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_GiftCards_LedgerAccounts_AccountId] FOREIGN KEY ([AccountId]) REFERENCES [LedgerAccounts] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_GiftCards_Stores_StoreId] FOREIGN KEY ([StoreId]) REFERENCES [Stores] ([Id]) ON DELETE NO ACTION
);

CREATE UNIQUE INDEX [IX_AgreementVersions_AgreementId_Number] ON [AgreementVersions] ([AgreementId], [Number]);

CREATE UNIQUE INDEX [IX_ApiClients_Name] ON [ApiClients] ([Name]);

CREATE INDEX [IX_ApiKeys_ApiClientId] ON [ApiKeys] ([ApiClientId]);

CREATE UNIQUE INDEX [IX_ApiKeys_KeyId] ON [ApiKeys] ([KeyId]);

CREATE INDEX [IX_Approvals_Kind_SubjectId] ON [Approvals] ([Kind], [SubjectId]);

CREATE INDEX [IX_Approvals_Status_Id] ON [Approvals] ([Status], [Id]);

CREATE INDEX [IX_AuditEntries_Action_Id] ON [AuditEntries] ([Action], [Id]);

CREATE INDEX [IX_AuditEntries_ActorKey_Id] ON [AuditEntries] ([ActorKey], [Id]);

CREATE INDEX [IX_AuditEntries_EntityType_EntityId_Id] ON [AuditEntries] ([EntityType], [EntityId], [Id]);

CREATE INDEX [IX_ExportJobs_OwnerKey_Id] ON [ExportJobs] ([OwnerKey], [Id]);

CREATE INDEX [IX_ExportJobs_Status_Id] ON [ExportJobs] ([Status], [Id]);

CREATE UNIQUE INDEX [IX_GiftCardPlans_Code] ON [GiftCardPlans] ([Code]);

CREATE INDEX [IX_GiftCardPlans_DesignId] ON [GiftCardPlans] ([DesignId]);

CREATE UNIQUE INDEX [IX_GiftCards_AccountId] ON [GiftCards] ([AccountId]);

CREATE INDEX [IX_GiftCards_BuyerPhone] ON [GiftCards] ([BuyerPhone]);

CREATE INDEX [IX_GiftCards_FaceValue_AccountId] ON [GiftCards] ([FaceValue], [AccountId]);

CREATE INDEX [IX_GiftCards_ImportId] ON [GiftCards] ([ImportId]);

CREATE INDEX [IX_GiftCards_LastFour] ON [GiftCards] ([LastFour]);

CREATE UNIQUE INDEX [IX_GiftCards_NumberHash] ON [GiftCards] ([NumberHash]);

CREATE INDEX [IX_GiftCards_PlanId_AccountId] ON [GiftCards] ([PlanId], [AccountId]);

CREATE INDEX [IX_GiftCards_SoldOn_AccountId] ON [GiftCards] ([SoldOn], [AccountId]);

CREATE INDEX [IX_GiftCards_StoreId_AccountId] ON [GiftCards] ([StoreId], [AccountId]);

CREATE INDEX [IX_GiftCards_TermsId] ON [GiftCards] ([TermsId]);

CREATE UNIQUE INDEX [IX_GiftCardTerms_PlanId_Number] ON [GiftCardTerms] ([PlanId], [Number]);

CREATE INDEX [IX_ImportJobs_FileHash] ON [ImportJobs] ([FileHash]);

CREATE INDEX [IX_ImportJobs_Kind_Id] ON [ImportJobs] ([Kind], [Id]);

CREATE INDEX [IX_ImportRows_ImportId_IsValid_CreatedId] ON [ImportRows] ([ImportId], [IsValid], [CreatedId]);

CREATE UNIQUE INDEX [IX_ImportRows_ImportId_RowNumber] ON [ImportRows] ([ImportId], [RowNumber]);

CREATE INDEX [IX_JobRuns_Job_Id] ON [JobRuns] ([Job], [Id]);

CREATE INDEX [IX_LedgerAccounts_Status_Id] ON [LedgerAccounts] ([Status], [Id]) WHERE "Status" <> 'Open';

CREATE INDEX [IX_LedgerAccounts_UsableUntil_Status] ON [LedgerAccounts] ([UsableUntil], [Status]);

CREATE INDEX [IX_LedgerEntries_AccountId] ON [LedgerEntries] ([AccountId]);

CREATE INDEX [IX_LedgerEntries_TransactionId] ON [LedgerEntries] ([TransactionId]);

CREATE UNIQUE INDEX [IX_LedgerTransactions_AccountId_Sequence] ON [LedgerTransactions] ([AccountId], [Sequence]) WHERE [Sequence] IS NOT NULL;

CREATE INDEX [IX_LedgerTransactions_BusinessDay_Id] ON [LedgerTransactions] ([BusinessDay], [Id]);

CREATE INDEX [IX_LedgerTransactions_ReversesId] ON [LedgerTransactions] ([ReversesId]);

CREATE UNIQUE INDEX [IX_LedgerTransactions_Source_IdempotencyKey] ON [LedgerTransactions] ([Source], [IdempotencyKey]);

CREATE INDEX [IX_LedgerTransactions_Type_Id] ON [LedgerTransactions] ([Type], [Id]) WHERE "Type" <> 'Consumption';

CREATE UNIQUE INDEX [IX_Roles_Name] ON [Roles] ([Name]);

CREATE INDEX [IX_Staff_NormalizedEmail] ON [Staff] ([NormalizedEmail]);

CREATE UNIQUE INDEX [IX_Staff_NormalizedUserName] ON [Staff] ([NormalizedUserName]) WHERE [NormalizedUserName] IS NOT NULL;

CREATE INDEX [IX_Staff_RoleId] ON [Staff] ([RoleId]);

CREATE INDEX [IX_StaffClaims_UserId] ON [StaffClaims] ([UserId]);

CREATE INDEX [IX_StaffLogins_UserId] ON [StaffLogins] ([UserId]);

CREATE UNIQUE INDEX [IX_Stores_Code] ON [Stores] ([Code]);

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261122203803_Initial', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
EXEC(N'CREATE TRIGGER [LedgerTransactions_AppendOnly] ON [LedgerTransactions] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''LedgerTransactions is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [LedgerEntries_AppendOnly] ON [LedgerEntries] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''LedgerEntries is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [LedgerCheckRuns_AppendOnly] ON [LedgerCheckRuns] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''LedgerCheckRuns is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [AuditEntries_AppendOnly] ON [AuditEntries] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''AuditEntries is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [AuditSeals_AppendOnly] ON [AuditSeals] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''AuditSeals is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [AgreementVersions_AppendOnly] ON [AgreementVersions] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''AgreementVersions is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [GiftCardTerms_AppendOnly] ON [GiftCardTerms] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''GiftCardTerms is append-only'', 1; END;');

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261122235900_Guards', N'10.0.14');

COMMIT;
GO

