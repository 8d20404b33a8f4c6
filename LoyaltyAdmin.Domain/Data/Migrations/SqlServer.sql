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

BEGIN TRANSACTION;
ALTER TABLE [ImportJobs] ADD [Settings] nvarchar(max) NULL;

CREATE TABLE [CardPlans] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(20) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [Description] nvarchar(1000) NULL,
    [Status] nvarchar(40) NOT NULL,
    [Validity] nvarchar(max) NOT NULL,
    [Basis] nvarchar(40) NOT NULL,
    [PeriodMonths] int NOT NULL,
    [FallsOneTierOnly] bit NOT NULL,
    [IsIssuedOnRegistration] bit NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_CardPlans] PRIMARY KEY ([Id])
);

CREATE TABLE [ConsentEvidence] (
    [EventId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [IpAddress] nvarchar(45) NOT NULL,
    CONSTRAINT [PK_ConsentEvidence] PRIMARY KEY ([EventId])
);

CREATE TABLE [MemberMerges] (
    [Id] bigint NOT NULL IDENTITY,
    [FromId] bigint NOT NULL,
    [IntoId] bigint NOT NULL,
    [Orders] int NOT NULL,
    [Cards] int NOT NULL,
    [Reason] nvarchar(1000) NOT NULL,
    [ActorKey] nvarchar(40) NOT NULL,
    [ActorName] nvarchar(400) NOT NULL,
    [At] datetimeoffset NOT NULL,
    CONSTRAINT [PK_MemberMerges] PRIMARY KEY ([Id])
);

CREATE TABLE [Members] (
    [Id] bigint NOT NULL IDENTITY,
    [Number] nvarchar(40) NOT NULL,
    [FullName] nvarchar(120) NULL,
    [BirthDate] date NULL,
    [BirthdayKey] int NULL,
    [BirthDateChanges] int NOT NULL,
    [Gender] nvarchar(40) NULL,
    [Country] nvarchar(2) NULL,
    [Region] nvarchar(80) NULL,
    [City] nvarchar(80) NULL,
    [PostalCode] nvarchar(20) NULL,
    [Street] nvarchar(200) NULL,
    [Street2] nvarchar(200) NULL,
    [SealedIdNumber] varbinary(200) NULL,
    [IdNumberLastFour] nvarchar(4) NULL,
    [Email] nvarchar(254) NULL,
    [Phone] nvarchar(20) NULL,
    [EmailVerifiedAt] datetimeoffset NULL,
    [PhoneVerifiedAt] datetimeoffset NULL,
    [Language] nvarchar(20) NULL,
    [TimeZone] nvarchar(60) NULL,
    [HomeStoreId] bigint NULL,
    [RegisteredThrough] nvarchar(40) NOT NULL,
    [RegisteredAt] datetimeoffset NOT NULL,
    [RegisteredOn] date NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [MergedIntoId] bigint NULL,
    [ImportId] bigint NULL,
    [SearchText] nvarchar(450) NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Members] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_Members_Members_MergedIntoId] FOREIGN KEY ([MergedIntoId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_Members_Stores_HomeStoreId] FOREIGN KEY ([HomeStoreId]) REFERENCES [Stores] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [ProductCategories] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(64) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [ParentId] bigint NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_ProductCategories] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_ProductCategories_ProductCategories_ParentId] FOREIGN KEY ([ParentId]) REFERENCES [ProductCategories] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [Segments] (
    [Id] bigint NOT NULL IDENTITY,
    [Name] nvarchar(120) NOT NULL,
    [Description] nvarchar(1000) NULL,
    [Kind] nvarchar(40) NOT NULL,
    [Rule] nvarchar(max) NULL,
    [Size] int NULL,
    [CountedAt] datetimeoffset NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Segments] PRIMARY KEY ([Id])
);

CREATE TABLE [StoreGroups] (
    [Id] bigint NOT NULL IDENTITY,
    [Kind] nvarchar(40) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_StoreGroups] PRIMARY KEY ([Id])
);

CREATE TABLE [Suppressions] (
    [Id] bigint NOT NULL IDENTITY,
    [Channel] nvarchar(40) NOT NULL,
    [AddressHash] varbinary(32) NOT NULL,
    [MaskedAddress] nvarchar(120) NOT NULL,
    [Reason] nvarchar(40) NOT NULL,
    [Note] nvarchar(400) NULL,
    [At] datetimeoffset NOT NULL,
    [ActorName] nvarchar(400) NOT NULL,
    CONSTRAINT [PK_Suppressions] PRIMARY KEY ([Id])
);

CREATE TABLE [TagChanges] (
    [Id] bigint NOT NULL IDENTITY,
    [MemberId] bigint NOT NULL,
    [TagId] bigint NOT NULL,
    [Source] nvarchar(40) NOT NULL,
    [Given] bit NOT NULL,
    [ActorName] nvarchar(400) NOT NULL,
    [At] datetimeoffset NOT NULL,
    CONSTRAINT [PK_TagChanges] PRIMARY KEY ([Id])
);

CREATE TABLE [Tags] (
    [Id] bigint NOT NULL IDENTITY,
    [Name] nvarchar(60) NOT NULL,
    [Description] nvarchar(400) NULL,
    [Kind] nvarchar(40) NOT NULL,
    [Colour] nvarchar(7) NOT NULL,
    [Rule] nvarchar(max) NULL,
    [IsBuiltIn] bit NOT NULL,
    [CalculatedAt] datetimeoffset NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Tags] PRIMARY KEY ([Id])
);

CREATE TABLE [WebhookEndpoints] (
    [Id] bigint NOT NULL IDENTITY,
    [Name] nvarchar(120) NOT NULL,
    [Url] nvarchar(1000) NOT NULL,
    [Events] nvarchar(1000) NOT NULL,
    [SealedSecret] varbinary(200) NOT NULL,
    [IsEnabled] bit NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_WebhookEndpoints] PRIMARY KEY ([Id])
);

CREATE TABLE [CardTiers] (
    [Id] bigint NOT NULL IDENTITY,
    [PlanId] bigint NOT NULL,
    [Rank] int NOT NULL,
    [Name] nvarchar(60) NOT NULL,
    [UpgradeAt] decimal(19,4) NOT NULL,
    [RetainAt] decimal(19,4) NOT NULL,
    [EarningRate] decimal(19,4) NOT NULL,
    [Colour] nvarchar(7) NOT NULL,
    CONSTRAINT [PK_CardTiers] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_CardTiers_CardPlans_PlanId] FOREIGN KEY ([PlanId]) REFERENCES [CardPlans] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [ConsentEvents] (
    [Id] bigint NOT NULL IDENTITY,
    [MemberId] bigint NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [Purpose] nvarchar(40) NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [At] datetimeoffset NOT NULL,
    [RecordedAt] datetimeoffset NOT NULL,
    [Source] nvarchar(40) NOT NULL,
    [TextVersion] nvarchar(60) NULL,
    [ActorKey] nvarchar(40) NOT NULL,
    [ActorName] nvarchar(400) NOT NULL,
    CONSTRAINT [PK_ConsentEvents] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_ConsentEvents_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [MemberAttributes] (
    [MemberId] bigint NOT NULL,
    [Name] nvarchar(60) NOT NULL,
    [Value] nvarchar(200) NOT NULL,
    CONSTRAINT [PK_MemberAttributes] PRIMARY KEY ([MemberId], [Name]),
    CONSTRAINT [FK_MemberAttributes_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [MemberConsents] (
    [MemberId] bigint NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [Purpose] nvarchar(40) NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [Since] datetimeoffset NOT NULL,
    CONSTRAINT [PK_MemberConsents] PRIMARY KEY ([MemberId], [Channel], [Purpose]),
    CONSTRAINT [FK_MemberConsents_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [Orders] (
    [Id] bigint NOT NULL IDENTITY,
    [Source] nvarchar(40) NOT NULL,
    [Number] nvarchar(64) NOT NULL,
    [Kind] nvarchar(40) NOT NULL,
    [MemberId] bigint NULL,
    [StoreId] bigint NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [Currency] nvarchar(3) NOT NULL,
    [PlacedAt] datetimeoffset NOT NULL,
    [PaidAt] datetimeoffset NULL,
    [BusinessDay] date NOT NULL,
    [Total] decimal(19,4) NOT NULL,
    [Discount] decimal(19,4) NOT NULL,
    [Refunded] decimal(19,4) NOT NULL,
    [Revenue] decimal(19,4) NOT NULL,
    [GroupRevenue] decimal(19,4) NOT NULL,
    [IsPurchase] bit NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [Payments] nvarchar(max) NOT NULL,
    [SourceChangedAt] datetimeoffset NOT NULL,
    [ContentHash] varbinary(32) NOT NULL,
    [RecordedAt] datetimeoffset NOT NULL,
    [ImportId] bigint NULL,
    CONSTRAINT [PK_Orders] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_Orders_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_Orders_Stores_StoreId] FOREIGN KEY ([StoreId]) REFERENCES [Stores] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [PurchaseMonths] (
    [MemberId] bigint NOT NULL,
    [Month] int NOT NULL,
    [OrderCount] int NOT NULL,
    [Revenue] decimal(19,4) NOT NULL,
    [PosRevenue] decimal(19,4) NOT NULL,
    CONSTRAINT [PK_PurchaseMonths] PRIMARY KEY ([MemberId], [Month]),
    CONSTRAINT [FK_PurchaseMonths_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [PurchaseSummaries] (
    [MemberId] bigint NOT NULL,
    [OrderCount] int NOT NULL,
    [PurchaseDays] int NOT NULL,
    [FirstOn] date NULL,
    [LastOn] date NULL,
    [LastPosOn] date NULL,
    [LastOnlineOn] date NULL,
    [Revenue] decimal(19,4) NOT NULL,
    [PosRevenue] decimal(19,4) NOT NULL,
    [OnlineRevenue] decimal(19,4) NOT NULL,
    [ExpectedOn] date NULL,
    CONSTRAINT [PK_PurchaseSummaries] PRIMARY KEY ([MemberId]),
    CONSTRAINT [FK_PurchaseSummaries_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [Products] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(64) NOT NULL,
    [Name] nvarchar(200) NOT NULL,
    [CategoryId] bigint NULL,
    [Price] decimal(19,4) NULL,
    [IsActive] bit NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Products] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_Products_ProductCategories_CategoryId] FOREIGN KEY ([CategoryId]) REFERENCES [ProductCategories] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [SegmentMembers] (
    [SegmentId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [Since] datetimeoffset NOT NULL,
    CONSTRAINT [PK_SegmentMembers] PRIMARY KEY ([SegmentId], [MemberId]),
    CONSTRAINT [FK_SegmentMembers_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_SegmentMembers_Segments_SegmentId] FOREIGN KEY ([SegmentId]) REFERENCES [Segments] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [SegmentSnapshots] (
    [Id] bigint NOT NULL IDENTITY,
    [SegmentId] bigint NOT NULL,
    [At] datetimeoffset NOT NULL,
    [Size] int NOT NULL,
    [Entered] int NOT NULL,
    [Left] int NOT NULL,
    CONSTRAINT [PK_SegmentSnapshots] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_SegmentSnapshots_Segments_SegmentId] FOREIGN KEY ([SegmentId]) REFERENCES [Segments] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [StoreGroupMembers] (
    [GroupId] bigint NOT NULL,
    [StoreId] bigint NOT NULL,
    CONSTRAINT [PK_StoreGroupMembers] PRIMARY KEY ([GroupId], [StoreId]),
    CONSTRAINT [FK_StoreGroupMembers_StoreGroups_GroupId] FOREIGN KEY ([GroupId]) REFERENCES [StoreGroups] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_StoreGroupMembers_Stores_StoreId] FOREIGN KEY ([StoreId]) REFERENCES [Stores] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [MemberTags] (
    [MemberId] bigint NOT NULL,
    [TagId] bigint NOT NULL,
    [Source] nvarchar(40) NOT NULL,
    [Since] datetimeoffset NOT NULL,
    [ActorName] nvarchar(400) NOT NULL,
    [Reason] nvarchar(400) NULL,
    CONSTRAINT [PK_MemberTags] PRIMARY KEY ([MemberId], [TagId], [Source]),
    CONSTRAINT [FK_MemberTags_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_MemberTags_Tags_TagId] FOREIGN KEY ([TagId]) REFERENCES [Tags] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [WebhookDeliveries] (
    [Id] bigint NOT NULL IDENTITY,
    [EndpointId] bigint NOT NULL,
    [EventId] uniqueidentifier NOT NULL,
    [Type] nvarchar(60) NOT NULL,
    [Body] nvarchar(max) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [Attempts] int NOT NULL,
    [DueAt] datetimeoffset NOT NULL,
    [ResponseStatus] int NULL,
    [Error] nvarchar(400) NULL,
    [DeliveredAt] datetimeoffset NULL,
    CONSTRAINT [PK_WebhookDeliveries] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_WebhookDeliveries_WebhookEndpoints_EndpointId] FOREIGN KEY ([EndpointId]) REFERENCES [WebhookEndpoints] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [LoyaltyCards] (
    [Id] bigint NOT NULL IDENTITY,
    [MemberId] bigint NOT NULL,
    [PlanId] bigint NOT NULL,
    [Number] nvarchar(30) NOT NULL,
    [TierId] bigint NOT NULL,
    [EarnedTierId] bigint NOT NULL,
    [TierSince] date NOT NULL,
    [PeriodStart] date NOT NULL,
    [PeriodEnd] date NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [IssuedAt] datetimeoffset NOT NULL,
    [IssuedOn] date NOT NULL,
    [IssuedStoreId] bigint NULL,
    [ValidUntil] datetimeoffset NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_LoyaltyCards] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_LoyaltyCards_CardPlans_PlanId] FOREIGN KEY ([PlanId]) REFERENCES [CardPlans] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_LoyaltyCards_CardTiers_EarnedTierId] FOREIGN KEY ([EarnedTierId]) REFERENCES [CardTiers] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_LoyaltyCards_CardTiers_TierId] FOREIGN KEY ([TierId]) REFERENCES [CardTiers] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_LoyaltyCards_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [OrderRefunds] (
    [Id] bigint NOT NULL IDENTITY,
    [Source] nvarchar(40) NOT NULL,
    [OrderNumber] nvarchar(64) NOT NULL,
    [Number] nvarchar(64) NOT NULL,
    [OrderId] bigint NULL,
    [Amount] decimal(19,4) NOT NULL,
    [GoodsAmount] decimal(19,4) NOT NULL,
    [Reason] nvarchar(400) NULL,
    [RefundedAt] datetimeoffset NOT NULL,
    [RecordedAt] datetimeoffset NOT NULL,
    [ContentHash] varbinary(32) NOT NULL,
    CONSTRAINT [PK_OrderRefunds] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_OrderRefunds_Orders_OrderId] FOREIGN KEY ([OrderId]) REFERENCES [Orders] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [OrderLines] (
    [Id] bigint NOT NULL IDENTITY,
    [OrderId] bigint NOT NULL,
    [Position] int NOT NULL,
    [Kind] nvarchar(40) NOT NULL,
    [ProductId] bigint NULL,
    [Description] nvarchar(200) NOT NULL,
    [Quantity] decimal(19,4) NOT NULL,
    [UnitPrice] decimal(19,4) NOT NULL,
    [Discount] decimal(19,4) NOT NULL,
    [Total] decimal(19,4) NOT NULL,
    CONSTRAINT [PK_OrderLines] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_OrderLines_Orders_OrderId] FOREIGN KEY ([OrderId]) REFERENCES [Orders] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_OrderLines_Products_ProductId] FOREIGN KEY ([ProductId]) REFERENCES [Products] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [SegmentChanges] (
    [Id] bigint NOT NULL IDENTITY,
    [SegmentId] bigint NOT NULL,
    [SnapshotId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [Entered] bit NOT NULL,
    CONSTRAINT [PK_SegmentChanges] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_SegmentChanges_SegmentSnapshots_SnapshotId] FOREIGN KEY ([SnapshotId]) REFERENCES [SegmentSnapshots] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [TierChanges] (
    [Id] bigint NOT NULL IDENTITY,
    [CardId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [FromTierId] bigint NULL,
    [ToTierId] bigint NOT NULL,
    [Reason] nvarchar(40) NOT NULL,
    [Detail] nvarchar(400) NULL,
    [ActorName] nvarchar(400) NOT NULL,
    [At] datetimeoffset NOT NULL,
    CONSTRAINT [PK_TierChanges] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_TierChanges_LoyaltyCards_CardId] FOREIGN KEY ([CardId]) REFERENCES [LoyaltyCards] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [TierGrants] (
    [Id] bigint NOT NULL IDENTITY,
    [CardId] bigint NOT NULL,
    [TierId] bigint NOT NULL,
    [From] datetimeoffset NOT NULL,
    [Until] datetimeoffset NOT NULL,
    [Source] nvarchar(40) NOT NULL,
    [SourceKey] nvarchar(80) NOT NULL,
    [Reason] nvarchar(400) NULL,
    [EndedAt] datetimeoffset NULL,
    CONSTRAINT [PK_TierGrants] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_TierGrants_CardTiers_TierId] FOREIGN KEY ([TierId]) REFERENCES [CardTiers] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_TierGrants_LoyaltyCards_CardId] FOREIGN KEY ([CardId]) REFERENCES [LoyaltyCards] ([Id]) ON DELETE NO ACTION
);

CREATE UNIQUE INDEX [IX_CardPlans_Code] ON [CardPlans] ([Code]);

CREATE UNIQUE INDEX [IX_CardTiers_PlanId_Name] ON [CardTiers] ([PlanId], [Name]);

CREATE INDEX [IX_CardTiers_PlanId_Rank] ON [CardTiers] ([PlanId], [Rank]);

CREATE INDEX [IX_ConsentEvents_MemberId_Id] ON [ConsentEvents] ([MemberId], [Id]);

CREATE INDEX [IX_ConsentEvidence_MemberId] ON [ConsentEvidence] ([MemberId]);

CREATE INDEX [IX_LoyaltyCards_EarnedTierId] ON [LoyaltyCards] ([EarnedTierId]);

CREATE UNIQUE INDEX [IX_LoyaltyCards_MemberId_PlanId] ON [LoyaltyCards] ([MemberId], [PlanId]);

CREATE UNIQUE INDEX [IX_LoyaltyCards_Number] ON [LoyaltyCards] ([Number]);

CREATE INDEX [IX_LoyaltyCards_PlanId_MemberId] ON [LoyaltyCards] ([PlanId], [MemberId]);

CREATE INDEX [IX_LoyaltyCards_PlanId_PeriodEnd] ON [LoyaltyCards] ([PlanId], [PeriodEnd]);

CREATE INDEX [IX_LoyaltyCards_TierId_MemberId] ON [LoyaltyCards] ([TierId], [MemberId]);

CREATE INDEX [IX_LoyaltyCards_ValidUntil] ON [LoyaltyCards] ([ValidUntil]);

CREATE INDEX [IX_MemberAttributes_Name_Value_MemberId] ON [MemberAttributes] ([Name], [Value], [MemberId]);

CREATE INDEX [IX_MemberConsents_Channel_Purpose_Status_MemberId] ON [MemberConsents] ([Channel], [Purpose], [Status], [MemberId]);

CREATE INDEX [IX_MemberMerges_FromId] ON [MemberMerges] ([FromId]);

CREATE INDEX [IX_MemberMerges_IntoId] ON [MemberMerges] ([IntoId]);

CREATE INDEX [IX_Members_BirthdayKey_Id] ON [Members] ([BirthdayKey], [Id]);

CREATE UNIQUE INDEX [IX_Members_Email] ON [Members] ([Email]) WHERE [Email] IS NOT NULL;

CREATE INDEX [IX_Members_HomeStoreId_Id] ON [Members] ([HomeStoreId], [Id]);

CREATE INDEX [IX_Members_ImportId] ON [Members] ([ImportId]);

CREATE INDEX [IX_Members_MergedIntoId] ON [Members] ([MergedIntoId]);

CREATE UNIQUE INDEX [IX_Members_Number] ON [Members] ([Number]);

CREATE UNIQUE INDEX [IX_Members_Phone] ON [Members] ([Phone]) WHERE [Phone] IS NOT NULL;

CREATE INDEX [IX_Members_RegisteredOn_Id] ON [Members] ([RegisteredOn], [Id]);

CREATE INDEX [IX_Members_Status_Id] ON [Members] ([Status], [Id]);

CREATE INDEX [IX_MemberTags_TagId_MemberId] ON [MemberTags] ([TagId], [MemberId]);

CREATE UNIQUE INDEX [IX_OrderLines_OrderId_Position] ON [OrderLines] ([OrderId], [Position]);

CREATE INDEX [IX_OrderLines_ProductId] ON [OrderLines] ([ProductId]);

CREATE INDEX [IX_OrderRefunds_OrderId] ON [OrderRefunds] ([OrderId]);

CREATE UNIQUE INDEX [IX_OrderRefunds_Source_OrderNumber_Number] ON [OrderRefunds] ([Source], [OrderNumber], [Number]);

CREATE INDEX [IX_Orders_BusinessDay_Id] ON [Orders] ([BusinessDay], [Id]);

CREATE INDEX [IX_Orders_ImportId] ON [Orders] ([ImportId]);

CREATE INDEX [IX_Orders_MemberId_BusinessDay] ON [Orders] ([MemberId], [BusinessDay]);

CREATE INDEX [IX_Orders_Number] ON [Orders] ([Number]);

CREATE UNIQUE INDEX [IX_Orders_Source_Number] ON [Orders] ([Source], [Number]);

CREATE INDEX [IX_Orders_StoreId_Id] ON [Orders] ([StoreId], [Id]);

CREATE UNIQUE INDEX [IX_ProductCategories_Code] ON [ProductCategories] ([Code]);

CREATE INDEX [IX_ProductCategories_ParentId] ON [ProductCategories] ([ParentId]);

CREATE INDEX [IX_Products_CategoryId] ON [Products] ([CategoryId]);

CREATE UNIQUE INDEX [IX_Products_Code] ON [Products] ([Code]);

CREATE INDEX [IX_PurchaseMonths_Month_MemberId] ON [PurchaseMonths] ([Month], [MemberId]);

CREATE INDEX [IX_PurchaseSummaries_ExpectedOn_MemberId] ON [PurchaseSummaries] ([ExpectedOn], [MemberId]);

CREATE INDEX [IX_PurchaseSummaries_LastOn_MemberId] ON [PurchaseSummaries] ([LastOn], [MemberId]);

CREATE INDEX [IX_PurchaseSummaries_LastPosOn_MemberId] ON [PurchaseSummaries] ([LastPosOn], [MemberId]);

CREATE INDEX [IX_PurchaseSummaries_Revenue_MemberId] ON [PurchaseSummaries] ([Revenue], [MemberId]);

CREATE INDEX [IX_SegmentChanges_MemberId_Id] ON [SegmentChanges] ([MemberId], [Id]);

CREATE INDEX [IX_SegmentChanges_SnapshotId_Id] ON [SegmentChanges] ([SnapshotId], [Id]);

CREATE INDEX [IX_SegmentMembers_MemberId] ON [SegmentMembers] ([MemberId]);

CREATE UNIQUE INDEX [IX_Segments_Name] ON [Segments] ([Name]);

CREATE INDEX [IX_SegmentSnapshots_SegmentId_Id] ON [SegmentSnapshots] ([SegmentId], [Id]);

CREATE INDEX [IX_StoreGroupMembers_StoreId] ON [StoreGroupMembers] ([StoreId]);

CREATE UNIQUE INDEX [IX_StoreGroups_Kind_Name] ON [StoreGroups] ([Kind], [Name]);

CREATE UNIQUE INDEX [IX_Suppressions_Channel_AddressHash] ON [Suppressions] ([Channel], [AddressHash]);

CREATE INDEX [IX_TagChanges_MemberId_Id] ON [TagChanges] ([MemberId], [Id]);

CREATE INDEX [IX_TagChanges_TagId_Id] ON [TagChanges] ([TagId], [Id]);

CREATE UNIQUE INDEX [IX_Tags_Name] ON [Tags] ([Name]);

CREATE INDEX [IX_TierChanges_At] ON [TierChanges] ([At]);

CREATE INDEX [IX_TierChanges_CardId_Id] ON [TierChanges] ([CardId], [Id]);

CREATE INDEX [IX_TierChanges_MemberId_Id] ON [TierChanges] ([MemberId], [Id]);

CREATE INDEX [IX_TierGrants_CardId_Until] ON [TierGrants] ([CardId], [Until]);

CREATE INDEX [IX_TierGrants_EndedAt_Until] ON [TierGrants] ([EndedAt], [Until]);

CREATE UNIQUE INDEX [IX_TierGrants_Source_SourceKey] ON [TierGrants] ([Source], [SourceKey]);

CREATE INDEX [IX_TierGrants_TierId] ON [TierGrants] ([TierId]);

CREATE INDEX [IX_WebhookDeliveries_EndpointId_Id] ON [WebhookDeliveries] ([EndpointId], [Id]);

CREATE INDEX [IX_WebhookDeliveries_Status_DueAt] ON [WebhookDeliveries] ([Status], [DueAt]);

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261122235901_Members', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
EXEC(N'CREATE TRIGGER [MemberMerges_AppendOnly] ON [MemberMerges] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''MemberMerges is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [ConsentEvents_AppendOnly] ON [ConsentEvents] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''ConsentEvents is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [TierChanges_AppendOnly] ON [TierChanges] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''TierChanges is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [TagChanges_AppendOnly] ON [TagChanges] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''TagChanges is append-only'', 1; END;');

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261122235902_MemberGuards', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
CREATE TABLE [MessageChannelHealth] (
    [Id] nvarchar(40) NOT NULL,
    [LastSuccessAt] datetimeoffset NULL,
    [LastFailureAt] datetimeoffset NULL,
    [LastFailure] nvarchar(400) NULL,
    CONSTRAINT [PK_MessageChannelHealth] PRIMARY KEY ([Id])
);

CREATE TABLE [MessageChannels] (
    [Id] nvarchar(40) NOT NULL,
    [UsesSandbox] bit NOT NULL,
    [Options] nvarchar(2000) NOT NULL,
    [SealedSecret] varbinary(8000) NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_MessageChannels] PRIMARY KEY ([Id])
);

CREATE TABLE [Messages] (
    [Id] bigint NOT NULL IDENTITY,
    [MessageId] uniqueidentifier NOT NULL,
    [ReasonKey] nvarchar(160) NOT NULL,
    [Scenario] nvarchar(40) NOT NULL,
    [MemberId] bigint NOT NULL,
    [IsTransactional] bit NOT NULL,
    [Purpose] nvarchar(40) NOT NULL,
    [Variables] nvarchar(max) NOT NULL,
    [SealedVariables] varbinary(2000) NULL,
    [OnlyChannel] nvarchar(40) NULL,
    [MiniProgramIds] nvarchar(400) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [NotAfter] datetimeoffset NULL,
    [Status] nvarchar(40) NOT NULL,
    [NextAt] datetimeoffset NULL,
    [Claim] uniqueidentifier NULL,
    [Attempts] int NOT NULL,
    [Channel] nvarchar(40) NULL,
    [MiniProgramId] bigint NULL,
    [MaskedTo] nvarchar(120) NULL,
    [TemplateVersionId] bigint NULL,
    [Language] nvarchar(20) NULL,
    [Subject] nvarchar(1000) NULL,
    [Body] nvarchar(max) NULL,
    [ProviderRef] nvarchar(200) NULL,
    [Error] nvarchar(400) NULL,
    [SentAt] datetimeoffset NULL,
    [DeliveredAt] datetimeoffset NULL,
    [Decisions] nvarchar(max) NOT NULL,
    CONSTRAINT [PK_Messages] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_Messages_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [MessageScenarios] (
    [Id] nvarchar(40) NOT NULL,
    [IsOn] bit NOT NULL,
    [Channels] nvarchar(1000) NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_MessageScenarios] PRIMARY KEY ([Id])
);

CREATE TABLE [MessageSettings] (
    [Id] bigint NOT NULL,
    [QuietFrom] int NULL,
    [QuietTo] int NULL,
    [MostPerDay] int NULL,
    [MostPerWeek] int NULL,
    [PublicUrl] nvarchar(400) NULL,
    [EmailFooter] nvarchar(1000) NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_MessageSettings] PRIMARY KEY ([Id])
);

CREATE TABLE [MessageTemplates] (
    [Id] bigint NOT NULL IDENTITY,
    [Scenario] nvarchar(40) NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [Language] nvarchar(20) NOT NULL,
    [Number] int NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_MessageTemplates] PRIMARY KEY ([Id])
);

CREATE TABLE [MiniPrograms] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(40) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [Kind] nvarchar(40) NOT NULL,
    [AppId] nvarchar(120) NOT NULL,
    [Url] nvarchar(1000) NULL,
    [SealedSecret] varbinary(2000) NULL,
    [UsesSandbox] bit NOT NULL,
    [IsEnabled] bit NOT NULL,
    [Templates] nvarchar(4000) NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_MiniPrograms] PRIMARY KEY ([Id])
);

CREATE TABLE [SalesChannels] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(40) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [CountsAs] nvarchar(40) NOT NULL,
    [IsEnabled] bit NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_SalesChannels] PRIMARY KEY ([Id])
);

CREATE TABLE [MessageTemplateVersions] (
    [Id] bigint NOT NULL IDENTITY,
    [TemplateId] bigint NOT NULL,
    [Number] int NOT NULL,
    [Subject] nvarchar(400) NULL,
    [Body] nvarchar(max) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [ActorName] nvarchar(400) NOT NULL,
    CONSTRAINT [PK_MessageTemplateVersions] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_MessageTemplateVersions_MessageTemplates_TemplateId] FOREIGN KEY ([TemplateId]) REFERENCES [MessageTemplates] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [MemberDevices] (
    [Id] bigint NOT NULL IDENTITY,
    [MemberId] bigint NOT NULL,
    [Kind] nvarchar(40) NOT NULL,
    [MiniProgramId] bigint NULL,
    [Address] nvarchar(1000) NOT NULL,
    [AddressHash] varbinary(32) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [SeenAt] datetimeoffset NOT NULL,
    CONSTRAINT [PK_MemberDevices] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_MemberDevices_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_MemberDevices_MiniPrograms_MiniProgramId] FOREIGN KEY ([MiniProgramId]) REFERENCES [MiniPrograms] ([Id]) ON DELETE NO ACTION
);

CREATE UNIQUE INDEX [IX_MemberDevices_AddressHash] ON [MemberDevices] ([AddressHash]);

CREATE INDEX [IX_MemberDevices_MemberId] ON [MemberDevices] ([MemberId]);

CREATE INDEX [IX_MemberDevices_MiniProgramId] ON [MemberDevices] ([MiniProgramId]);

CREATE INDEX [IX_Messages_Claim] ON [Messages] ([Claim]) WHERE "Claim" IS NOT NULL;

CREATE INDEX [IX_Messages_MemberId_Id] ON [Messages] ([MemberId], [Id]);

CREATE INDEX [IX_Messages_MemberId_SentAt] ON [Messages] ([MemberId], [SentAt]);

CREATE UNIQUE INDEX [IX_Messages_MessageId] ON [Messages] ([MessageId]);

CREATE INDEX [IX_Messages_NextAt_Id] ON [Messages] ([NextAt], [Id]) WHERE "NextAt" IS NOT NULL;

CREATE INDEX [IX_Messages_ProviderRef] ON [Messages] ([ProviderRef]) WHERE "ProviderRef" IS NOT NULL;

CREATE UNIQUE INDEX [IX_Messages_ReasonKey] ON [Messages] ([ReasonKey]);

CREATE INDEX [IX_Messages_Status_Id] ON [Messages] ([Status], [Id]);

CREATE UNIQUE INDEX [IX_MessageTemplates_Scenario_Channel_Language] ON [MessageTemplates] ([Scenario], [Channel], [Language]);

CREATE UNIQUE INDEX [IX_MessageTemplateVersions_TemplateId_Number] ON [MessageTemplateVersions] ([TemplateId], [Number]);

CREATE UNIQUE INDEX [IX_MiniPrograms_Code] ON [MiniPrograms] ([Code]);

CREATE UNIQUE INDEX [IX_SalesChannels_Code] ON [SalesChannels] ([Code]);

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123013243_Messages', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
CREATE TABLE [CouponImages] (
    [Id] bigint NOT NULL IDENTITY,
    [Image] varbinary(max) NOT NULL,
    [ContentType] nvarchar(40) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    CONSTRAINT [PK_CouponImages] PRIMARY KEY ([Id])
);

CREATE TABLE [CouponPackages] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(20) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [Description] nvarchar(2000) NULL,
    [Status] nvarchar(40) NOT NULL,
    [Items] nvarchar(max) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_CouponPackages] PRIMARY KEY ([Id])
);

CREATE TABLE [Coupons] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(20) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [Type] nvarchar(40) NOT NULL,
    [Currency] nvarchar(3) NOT NULL,
    [CodeKind] nvarchar(40) NOT NULL,
    [CodeHash] varbinary(32) NULL,
    [UniversalCode] nvarchar(32) NULL,
    [Status] nvarchar(40) NOT NULL,
    [Rules] nvarchar(max) NOT NULL,
    [Stock] int NULL,
    [PerMemberLimit] int NULL,
    [ImageId] bigint NULL,
    [TermsId] bigint NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_Coupons] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_Coupons_CouponImages_ImageId] FOREIGN KEY ([ImageId]) REFERENCES [CouponImages] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [CouponCodes] (
    [Id] bigint NOT NULL IDENTITY,
    [CouponId] bigint NOT NULL,
    [CodeHash] varbinary(32) NOT NULL,
    [SealedCode] varbinary(100) NOT NULL,
    [LastFour] nvarchar(4) NOT NULL,
    [ImportId] bigint NULL,
    [MemberCouponId] bigint NULL,
    CONSTRAINT [PK_CouponCodes] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_CouponCodes_Coupons_CouponId] FOREIGN KEY ([CouponId]) REFERENCES [Coupons] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_CouponCodes_ImportJobs_ImportId] FOREIGN KEY ([ImportId]) REFERENCES [ImportJobs] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [CouponIssues] (
    [Id] bigint NOT NULL IDENTITY,
    [OperationId] nvarchar(64) NOT NULL,
    [CouponId] bigint NULL,
    [PackageId] bigint NULL,
    [Quantity] int NOT NULL,
    [Audience] nvarchar(max) NOT NULL,
    [Reason] nvarchar(400) NOT NULL,
    [ActorKey] nvarchar(40) NOT NULL,
    [ActorName] nvarchar(120) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [FinishedAt] datetimeoffset NULL,
    [LastMemberId] bigint NOT NULL,
    [Members] int NOT NULL,
    [Coupons] int NOT NULL,
    [AtLimit] int NOT NULL,
    [Stopped] nvarchar(400) NULL,
    CONSTRAINT [PK_CouponIssues] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_CouponIssues_CouponPackages_PackageId] FOREIGN KEY ([PackageId]) REFERENCES [CouponPackages] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_CouponIssues_Coupons_CouponId] FOREIGN KEY ([CouponId]) REFERENCES [Coupons] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [CouponStocks] (
    [CouponId] bigint NOT NULL,
    [Limit] int NULL,
    [Issued] int NOT NULL,
    CONSTRAINT [PK_CouponStocks] PRIMARY KEY ([CouponId]),
    CONSTRAINT [FK_CouponStocks_Coupons_CouponId] FOREIGN KEY ([CouponId]) REFERENCES [Coupons] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [CouponTerms] (
    [Id] bigint NOT NULL IDENTITY,
    [CouponId] bigint NOT NULL,
    [Number] int NOT NULL,
    [Rules] nvarchar(max) NOT NULL,
    [Since] datetimeoffset NOT NULL,
    CONSTRAINT [PK_CouponTerms] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_CouponTerms_Coupons_CouponId] FOREIGN KEY ([CouponId]) REFERENCES [Coupons] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [MemberCoupons] (
    [Id] bigint NOT NULL IDENTITY,
    [CouponId] bigint NOT NULL,
    [TermsId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [Ordinal] int NOT NULL,
    [Source] nvarchar(100) NOT NULL,
    [SourceItem] int NOT NULL,
    [Origin] nvarchar(40) NOT NULL,
    [PackageId] bigint NULL,
    [Status] nvarchar(40) NOT NULL,
    [UsableFrom] datetimeoffset NOT NULL,
    [UsableUntil] datetimeoffset NOT NULL,
    [IssuedAt] datetimeoffset NOT NULL,
    [IssuedOn] date NOT NULL,
    [IssuedBy] nvarchar(120) NOT NULL,
    [Reason] nvarchar(400) NULL,
    [CodeHash] varbinary(32) NULL,
    [SealedCode] varbinary(100) NULL,
    [LastFour] nvarchar(4) NULL,
    [VoidedAt] datetimeoffset NULL,
    [VoidedBy] nvarchar(120) NULL,
    [VoidReason] nvarchar(400) NULL,
    CONSTRAINT [PK_MemberCoupons] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_MemberCoupons_CouponPackages_PackageId] FOREIGN KEY ([PackageId]) REFERENCES [CouponPackages] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_MemberCoupons_CouponTerms_TermsId] FOREIGN KEY ([TermsId]) REFERENCES [CouponTerms] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_MemberCoupons_Coupons_CouponId] FOREIGN KEY ([CouponId]) REFERENCES [Coupons] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_MemberCoupons_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [CouponRedemptions] (
    [Id] bigint NOT NULL IDENTITY,
    [MemberCouponId] bigint NOT NULL,
    [CouponId] bigint NOT NULL,
    [ReversesId] bigint NULL,
    [Sign] int NOT NULL,
    [Currency] nvarchar(3) NOT NULL,
    [BasketAmount] decimal(19,4) NOT NULL,
    [Eligible] decimal(19,4) NOT NULL,
    [Discount] decimal(19,4) NOT NULL,
    [Cost] decimal(19,4) NOT NULL,
    [StoreId] bigint NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [OrderNumber] nvarchar(64) NULL,
    [At] datetimeoffset NOT NULL,
    [BusinessDay] date NOT NULL,
    [Source] nvarchar(80) NOT NULL,
    [IdempotencyKey] nvarchar(128) NOT NULL,
    [RequestHash] nvarchar(64) NOT NULL,
    [Answer] nvarchar(max) NOT NULL,
    [ActorName] nvarchar(120) NOT NULL,
    [Reason] nvarchar(400) NULL,
    CONSTRAINT [PK_CouponRedemptions] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_CouponRedemptions_CouponRedemptions_ReversesId] FOREIGN KEY ([ReversesId]) REFERENCES [CouponRedemptions] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_CouponRedemptions_Coupons_CouponId] FOREIGN KEY ([CouponId]) REFERENCES [Coupons] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_CouponRedemptions_MemberCoupons_MemberCouponId] FOREIGN KEY ([MemberCouponId]) REFERENCES [MemberCoupons] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_CouponRedemptions_Stores_StoreId] FOREIGN KEY ([StoreId]) REFERENCES [Stores] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [CouponOrderUses] (
    [Id] bigint NOT NULL IDENTITY,
    [StoreId] bigint NOT NULL,
    [OrderNumber] nvarchar(64) NOT NULL,
    [Place] int NOT NULL,
    [Stacking] nvarchar(40) NOT NULL,
    [RedemptionId] bigint NOT NULL,
    CONSTRAINT [PK_CouponOrderUses] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_CouponOrderUses_CouponRedemptions_RedemptionId] FOREIGN KEY ([RedemptionId]) REFERENCES [CouponRedemptions] ([Id]) ON DELETE NO ACTION
);

CREATE UNIQUE INDEX [IX_CouponCodes_CodeHash] ON [CouponCodes] ([CodeHash]);

CREATE INDEX [IX_CouponCodes_CouponId_MemberCouponId_Id] ON [CouponCodes] ([CouponId], [MemberCouponId], [Id]);

CREATE INDEX [IX_CouponCodes_ImportId] ON [CouponCodes] ([ImportId]);

CREATE UNIQUE INDEX [IX_CouponCodes_MemberCouponId] ON [CouponCodes] ([MemberCouponId]) WHERE [MemberCouponId] IS NOT NULL;

CREATE INDEX [IX_CouponIssues_CouponId] ON [CouponIssues] ([CouponId]);

CREATE INDEX [IX_CouponIssues_FinishedAt] ON [CouponIssues] ([FinishedAt]);

CREATE UNIQUE INDEX [IX_CouponIssues_OperationId] ON [CouponIssues] ([OperationId]);

CREATE INDEX [IX_CouponIssues_PackageId] ON [CouponIssues] ([PackageId]);

CREATE UNIQUE INDEX [IX_CouponOrderUses_RedemptionId] ON [CouponOrderUses] ([RedemptionId]);

CREATE UNIQUE INDEX [IX_CouponOrderUses_StoreId_OrderNumber_Place] ON [CouponOrderUses] ([StoreId], [OrderNumber], [Place]);

CREATE UNIQUE INDEX [IX_CouponPackages_Code] ON [CouponPackages] ([Code]);

CREATE INDEX [IX_CouponRedemptions_CouponId_BusinessDay] ON [CouponRedemptions] ([CouponId], [BusinessDay]);

CREATE INDEX [IX_CouponRedemptions_MemberCouponId] ON [CouponRedemptions] ([MemberCouponId]);

CREATE INDEX [IX_CouponRedemptions_OrderNumber] ON [CouponRedemptions] ([OrderNumber]);

CREATE UNIQUE INDEX [IX_CouponRedemptions_ReversesId] ON [CouponRedemptions] ([ReversesId]) WHERE [ReversesId] IS NOT NULL;

CREATE UNIQUE INDEX [IX_CouponRedemptions_Source_IdempotencyKey] ON [CouponRedemptions] ([Source], [IdempotencyKey]);

CREATE INDEX [IX_CouponRedemptions_StoreId_BusinessDay] ON [CouponRedemptions] ([StoreId], [BusinessDay]);

CREATE UNIQUE INDEX [IX_Coupons_Code] ON [Coupons] ([Code]);

CREATE UNIQUE INDEX [IX_Coupons_CodeHash] ON [Coupons] ([CodeHash]) WHERE [CodeHash] IS NOT NULL;

CREATE INDEX [IX_Coupons_ImageId] ON [Coupons] ([ImageId]);

CREATE UNIQUE INDEX [IX_CouponTerms_CouponId_Number] ON [CouponTerms] ([CouponId], [Number]);

CREATE UNIQUE INDEX [IX_MemberCoupons_CodeHash] ON [MemberCoupons] ([CodeHash]) WHERE [CodeHash] IS NOT NULL;

CREATE UNIQUE INDEX [IX_MemberCoupons_CouponId_MemberId_Ordinal] ON [MemberCoupons] ([CouponId], [MemberId], [Ordinal]);

CREATE INDEX [IX_MemberCoupons_IssuedOn] ON [MemberCoupons] ([IssuedOn]);

CREATE INDEX [IX_MemberCoupons_LastFour] ON [MemberCoupons] ([LastFour]);

CREATE INDEX [IX_MemberCoupons_MemberId] ON [MemberCoupons] ([MemberId]);

CREATE INDEX [IX_MemberCoupons_PackageId] ON [MemberCoupons] ([PackageId]);

CREATE UNIQUE INDEX [IX_MemberCoupons_Source_CouponId_MemberId_SourceItem] ON [MemberCoupons] ([Source], [CouponId], [MemberId], [SourceItem]);

CREATE INDEX [IX_MemberCoupons_Status_UsableUntil] ON [MemberCoupons] ([Status], [UsableUntil]);

CREATE INDEX [IX_MemberCoupons_TermsId] ON [MemberCoupons] ([TermsId]);

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123014524_Coupons', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
EXEC(N'CREATE TRIGGER [MessageTemplateVersions_AppendOnly] ON [MessageTemplateVersions] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''MessageTemplateVersions is append-only'', 1; END;');

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123015900_MessageGuards', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
EXEC(N'CREATE TRIGGER [CouponTerms_AppendOnly] ON [CouponTerms] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''CouponTerms is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [CouponRedemptions_AppendOnly] ON [CouponRedemptions] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''CouponRedemptions is append-only'', 1; END;');

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123015901_CouponGuards', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
ALTER TABLE [LedgerAccounts] DROP CONSTRAINT [CK_LedgerAccounts_Balance];

ALTER TABLE [Roles] ADD [PointsLimit] decimal(19,4) NULL;

ALTER TABLE [Orders] ADD [PointsDueAt] datetimeoffset NULL;

ALTER TABLE [LedgerAccounts] ADD [MemberId] bigint NULL;

CREATE TABLE [LedgerLotMovements] (
    [Id] bigint NOT NULL IDENTITY,
    [TransactionId] bigint NOT NULL,
    [LotId] bigint NOT NULL,
    [Amount] bigint NOT NULL,
    [GivesBackId] bigint NULL,
    CONSTRAINT [PK_LedgerLotMovements] PRIMARY KEY ([Id]),
    CONSTRAINT [CK_LedgerLotMovements_Amount] CHECK ("Amount" <> 0)
);

CREATE TABLE [LedgerLots] (
    [Id] bigint NOT NULL IDENTITY,
    [AccountId] bigint NOT NULL,
    [Kind] nvarchar(40) NOT NULL,
    [Remaining] bigint NOT NULL,
    [UsableFrom] datetimeoffset NULL,
    [ExpiresAt] datetimeoffset NULL,
    CONSTRAINT [PK_LedgerLots] PRIMARY KEY ([Id]),
    CONSTRAINT [CK_LedgerLots_Remaining] CHECK ("Remaining" >= 0)
);

CREATE TABLE [OrderPoints] (
    [OrderId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [Rate] decimal(19,4) NOT NULL,
    [Earned] bigint NOT NULL,
    [Revision] int NOT NULL,
    [EarningId] bigint NULL,
    CONSTRAINT [PK_OrderPoints] PRIMARY KEY ([OrderId])
);

CREATE TABLE [PointSettings] (
    [Id] bigint NOT NULL,
    [IsActive] bit NOT NULL,
    [ActiveSince] datetimeoffset NULL,
    [DefaultRate] decimal(19,4) NOT NULL,
    [MinimumOrder] decimal(19,4) NOT NULL,
    [Stores] nvarchar(max) NOT NULL,
    [ExcludedCategoryIds] nvarchar(max) NOT NULL,
    [ExcludedProductIds] nvarchar(max) NOT NULL,
    [Expiry] nvarchar(40) NOT NULL,
    [Months] int NOT NULL,
    [UsableAfterDays] int NOT NULL,
    [AllowsDebt] bit NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_PointSettings] PRIMARY KEY ([Id])
);

CREATE TABLE [WalletHolds] (
    [Id] bigint NOT NULL,
    [AccountId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [Amount] bigint NOT NULL,
    [ExpiresAt] datetimeoffset NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [Captured] bigint NOT NULL,
    CONSTRAINT [PK_WalletHolds] PRIMARY KEY ([Id])
);

CREATE TABLE [WalletSettings] (
    [Id] bigint NOT NULL,
    [SpendOrder] nvarchar(40) NOT NULL,
    [AllowsWithdrawal] bit NOT NULL,
    [HoldMinutes] int NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_WalletSettings] PRIMARY KEY ([Id])
);

CREATE TABLE [WalletTopUps] (
    [Id] bigint NOT NULL IDENTITY,
    [AccountId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [TransactionId] bigint NOT NULL,
    [Source] nvarchar(80) NOT NULL,
    [Principal] bigint NOT NULL,
    [Bonus] bigint NOT NULL,
    [Paid] bigint NOT NULL,
    [StoreId] bigint NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [At] datetimeoffset NOT NULL,
    CONSTRAINT [PK_WalletTopUps] PRIMARY KEY ([Id])
);

CREATE INDEX [IX_Orders_PointsDueAt] ON [Orders] ([PointsDueAt]) WHERE "PointsDueAt" IS NOT NULL;

CREATE UNIQUE INDEX [IX_LedgerAccounts_MemberId_Kind_Currency] ON [LedgerAccounts] ([MemberId], [Kind], [Currency]) WHERE "MemberId" IS NOT NULL;

ALTER TABLE [LedgerAccounts] ADD CONSTRAINT [CK_LedgerAccounts_Balance] CHECK ("Balance" >= 0 OR "Kind" = 'Points');

CREATE INDEX [IX_LedgerLotMovements_GivesBackId] ON [LedgerLotMovements] ([GivesBackId]) WHERE "GivesBackId" IS NOT NULL;

CREATE INDEX [IX_LedgerLotMovements_LotId] ON [LedgerLotMovements] ([LotId]);

CREATE INDEX [IX_LedgerLotMovements_TransactionId] ON [LedgerLotMovements] ([TransactionId]);

CREATE INDEX [IX_LedgerLots_AccountId_ExpiresAt] ON [LedgerLots] ([AccountId], [ExpiresAt]);

CREATE INDEX [IX_LedgerLots_ExpiresAt_Id] ON [LedgerLots] ([ExpiresAt], [Id]) WHERE "Remaining" > 0 AND "ExpiresAt" IS NOT NULL;

CREATE INDEX [IX_OrderPoints_MemberId] ON [OrderPoints] ([MemberId]);

CREATE INDEX [IX_WalletHolds_AccountId_Status] ON [WalletHolds] ([AccountId], [Status]);

CREATE INDEX [IX_WalletHolds_ExpiresAt_Id] ON [WalletHolds] ([ExpiresAt], [Id]) WHERE "Status" = 'Open';

CREATE INDEX [IX_WalletTopUps_MemberId_Id] ON [WalletTopUps] ([MemberId], [Id]);

CREATE UNIQUE INDEX [IX_WalletTopUps_TransactionId] ON [WalletTopUps] ([TransactionId]);

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123021804_Wallets', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
EXEC(N'CREATE TRIGGER [LedgerLotMovements_AppendOnly] ON [LedgerLotMovements] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''LedgerLotMovements is append-only'', 1; END;');

EXEC(N'CREATE TRIGGER [WalletTopUps_AppendOnly] ON [WalletTopUps] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''WalletTopUps is append-only'', 1; END;');

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123021859_WalletGuards', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
ALTER TABLE [JobRuns] ADD [Amount] bigint NULL;

ALTER TABLE [JobRuns] ADD [AskedBy] nvarchar(120) NULL;

ALTER TABLE [JobRuns] ADD [Node] nvarchar(120) NULL;

CREATE TABLE [JobBeats] (
    [Job] nvarchar(80) NOT NULL,
    [Node] nvarchar(120) NOT NULL,
    [SeenAt] datetimeoffset NOT NULL,
    [LookedAt] datetimeoffset NULL,
    [BusySince] datetimeoffset NULL,
    CONSTRAINT [PK_JobBeats] PRIMARY KEY ([Job], [Node])
);

CREATE TABLE [JobControls] (
    [Id] nvarchar(80) NOT NULL,
    [PausedAt] datetimeoffset NULL,
    [PausedBy] nvarchar(120) NULL,
    [PauseReason] nvarchar(400) NULL,
    [AskedAt] datetimeoffset NULL,
    [AskedBy] nvarchar(120) NULL,
    CONSTRAINT [PK_JobControls] PRIMARY KEY ([Id])
);

CREATE INDEX [IX_JobRuns_StartedAt] ON [JobRuns] ([StartedAt]);

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123043305_Jobs', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
CREATE TABLE [GiftCampaigns] (
    [Id] bigint NOT NULL IDENTITY,
    [Code] nvarchar(20) NOT NULL,
    [Name] nvarchar(120) NOT NULL,
    [Audience] nvarchar(max) NOT NULL,
    [Gift] nvarchar(max) NOT NULL,
    [MemberLimit] int NULL,
    [PointsBudget] decimal(19,4) NULL,
    [CancelsPending] bit NOT NULL,
    [MiniProgramIds] nvarchar(max) NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [StartAt] datetimeoffset NULL,
    [StartedAt] datetimeoffset NULL,
    [EndedAt] datetimeoffset NULL,
    [StopReason] nvarchar(400) NULL,
    [ActorKey] nvarchar(40) NULL,
    [ActorName] nvarchar(120) NULL,
    [LastMemberId] bigint NOT NULL,
    [Granted] int NOT NULL,
    [PointsGranted] decimal(19,4) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_GiftCampaigns] PRIMARY KEY ([Id]),
    CONSTRAINT [CK_GiftCampaigns_Granted] CHECK ("MemberLimit" IS NULL OR "Granted" <= "MemberLimit"),
    CONSTRAINT [CK_GiftCampaigns_PointsGranted] CHECK ("PointsBudget" IS NULL OR "PointsGranted" <= "PointsBudget")
);

CREATE TABLE [GiftGrants] (
    [Id] bigint NOT NULL IDENTITY,
    [SourceKind] nvarchar(40) NOT NULL,
    [SourceId] bigint NOT NULL,
    [SourceName] nvarchar(120) NOT NULL,
    [MemberId] bigint NOT NULL,
    [Episode] nvarchar(100) NOT NULL,
    [GrantedAt] datetimeoffset NOT NULL,
    [GrantedOn] date NOT NULL,
    [ActorName] nvarchar(120) NOT NULL,
    [MiniProgramIds] nvarchar(max) NOT NULL,
    CONSTRAINT [PK_GiftGrants] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_GiftGrants_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [GiftItems] (
    [Id] bigint NOT NULL IDENTITY,
    [GrantId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [Line] int NOT NULL,
    [Kind] nvarchar(40) NOT NULL,
    [Points] decimal(19,4) NULL,
    [CouponId] bigint NULL,
    [PackageId] bigint NULL,
    [Quantity] int NOT NULL,
    [Validity] nvarchar(max) NULL,
    [DueAt] datetimeoffset NOT NULL,
    [Status] nvarchar(40) NOT NULL,
    [NextAt] datetimeoffset NULL,
    [Attempts] int NOT NULL,
    [DeliveredAt] datetimeoffset NULL,
    [Reason] nvarchar(400) NULL,
    CONSTRAINT [PK_GiftItems] PRIMARY KEY ([Id]),
    CONSTRAINT [CK_GiftItems_NextAt] CHECK ("Status" = 'Pending' OR "NextAt" IS NULL),
    CONSTRAINT [FK_GiftItems_CouponPackages_PackageId] FOREIGN KEY ([PackageId]) REFERENCES [CouponPackages] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_GiftItems_Coupons_CouponId] FOREIGN KEY ([CouponId]) REFERENCES [Coupons] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_GiftItems_GiftGrants_GrantId] FOREIGN KEY ([GrantId]) REFERENCES [GiftGrants] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_GiftItems_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE UNIQUE INDEX [IX_GiftCampaigns_Code] ON [GiftCampaigns] ([Code]);

CREATE INDEX [IX_GiftCampaigns_Status_StartAt] ON [GiftCampaigns] ([Status], [StartAt]);

CREATE INDEX [IX_GiftGrants_GrantedOn] ON [GiftGrants] ([GrantedOn]);

CREATE INDEX [IX_GiftGrants_MemberId] ON [GiftGrants] ([MemberId]);

CREATE UNIQUE INDEX [IX_GiftGrants_SourceKind_SourceId_MemberId_Episode] ON [GiftGrants] ([SourceKind], [SourceId], [MemberId], [Episode]);

CREATE INDEX [IX_GiftItems_CouponId] ON [GiftItems] ([CouponId]);

CREATE UNIQUE INDEX [IX_GiftItems_GrantId_Line] ON [GiftItems] ([GrantId], [Line]);

CREATE INDEX [IX_GiftItems_MemberId] ON [GiftItems] ([MemberId]);

CREATE INDEX [IX_GiftItems_NextAt_Id] ON [GiftItems] ([NextAt], [Id]) WHERE "NextAt" IS NOT NULL;

CREATE INDEX [IX_GiftItems_PackageId] ON [GiftItems] ([PackageId]);

CREATE INDEX [IX_GiftItems_Status_Id] ON [GiftItems] ([Status], [Id]) WHERE "Status" <> 'Delivered';

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123043816_Gifts', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
ALTER TABLE [PointSettings] ADD [NoticeDays] int NOT NULL DEFAULT 0;

CREATE INDEX [IX_LedgerTransactions_AccountKind_BusinessDay_Id] ON [LedgerTransactions] ([AccountKind], [BusinessDay], [Id]) WHERE "AccountKind" <> 'GiftCard';

CREATE INDEX [IX_LedgerTransactions_AccountKind_Id] ON [LedgerTransactions] ([AccountKind], [Id]) WHERE "AccountKind" <> 'GiftCard';

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123044330_LedgerIndexes', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
CREATE TABLE [AcceptanceEvidence] (
    [AcceptanceId] bigint NOT NULL,
    [MemberId] bigint NOT NULL,
    [IpAddress] nvarchar(45) NOT NULL,
    CONSTRAINT [PK_AcceptanceEvidence] PRIMARY KEY ([AcceptanceId])
);

CREATE TABLE [AgreementAcceptances] (
    [Id] bigint NOT NULL IDENTITY,
    [MemberId] bigint NOT NULL,
    [AgreementId] bigint NOT NULL,
    [VersionNumber] int NOT NULL,
    [At] datetimeoffset NOT NULL,
    [RecordedAt] datetimeoffset NOT NULL,
    [Source] nvarchar(40) NOT NULL,
    [StoreId] bigint NULL,
    [ActorKey] nvarchar(40) NOT NULL,
    [ActorName] nvarchar(120) NOT NULL,
    CONSTRAINT [PK_AgreementAcceptances] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_AgreementAcceptances_Agreements_AgreementId] FOREIGN KEY ([AgreementId]) REFERENCES [Agreements] ([Id]) ON DELETE NO ACTION,
    CONSTRAINT [FK_AgreementAcceptances_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [PortalCodes] (
    [Id] uniqueidentifier NOT NULL,
    [Channel] nvarchar(40) NOT NULL,
    [SealedAddress] varbinary(600) NULL,
    [MemberId] bigint NULL,
    [CodeHash] varbinary(32) NULL,
    [AddressHash] varbinary(32) NOT NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [ExpiresAt] datetimeoffset NOT NULL,
    [Tries] int NOT NULL,
    [UsedAt] datetimeoffset NULL,
    CONSTRAINT [PK_PortalCodes] PRIMARY KEY ([Id])
);

CREATE TABLE [PortalLinks] (
    [Id] bigint NOT NULL IDENTITY,
    [MemberId] bigint NOT NULL,
    [TokenHash] varbinary(32) NOT NULL,
    [Target] nvarchar(40) NULL,
    [CreatedAt] datetimeoffset NOT NULL,
    [CreatedByKey] nvarchar(40) NOT NULL,
    [CreatedBy] nvarchar(120) NOT NULL,
    [ExpiresAt] datetimeoffset NOT NULL,
    [RevokedAt] datetimeoffset NULL,
    [RevokedBy] nvarchar(120) NULL,
    CONSTRAINT [PK_PortalLinks] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_PortalLinks_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [PortalSessions] (
    [Id] uniqueidentifier NOT NULL,
    [MemberId] bigint NOT NULL,
    [Door] nvarchar(40) NOT NULL,
    [LinkId] bigint NULL,
    [Generation] int NOT NULL,
    [StartedAt] datetimeoffset NOT NULL,
    [EndsAt] datetimeoffset NOT NULL,
    [EndedAt] datetimeoffset NULL,
    CONSTRAINT [PK_PortalSessions] PRIMARY KEY ([Id]),
    CONSTRAINT [FK_PortalSessions_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE TABLE [PortalSettings] (
    [Id] bigint NOT NULL,
    [IsOn] bit NOT NULL,
    [MessageLinkDays] int NOT NULL,
    [Contact] nvarchar(200) NULL,
    [Colour] nvarchar(7) NOT NULL,
    [Version] uniqueidentifier NOT NULL,
    CONSTRAINT [PK_PortalSettings] PRIMARY KEY ([Id])
);

CREATE TABLE [PortalStandings] (
    [MemberId] bigint NOT NULL,
    [Generation] int NOT NULL,
    CONSTRAINT [PK_PortalStandings] PRIMARY KEY ([MemberId]),
    CONSTRAINT [FK_PortalStandings_Members_MemberId] FOREIGN KEY ([MemberId]) REFERENCES [Members] ([Id]) ON DELETE NO ACTION
);

CREATE INDEX [IX_AcceptanceEvidence_MemberId] ON [AcceptanceEvidence] ([MemberId]);

CREATE INDEX [IX_AgreementAcceptances_AgreementId_VersionNumber] ON [AgreementAcceptances] ([AgreementId], [VersionNumber]);

CREATE UNIQUE INDEX [IX_AgreementAcceptances_MemberId_AgreementId_VersionNumber] ON [AgreementAcceptances] ([MemberId], [AgreementId], [VersionNumber]);

CREATE INDEX [IX_PortalCodes_CreatedAt] ON [PortalCodes] ([CreatedAt]) WHERE "SealedAddress" IS NOT NULL;

CREATE INDEX [IX_PortalCodes_ExpiresAt] ON [PortalCodes] ([ExpiresAt]);

CREATE INDEX [IX_PortalCodes_MemberId] ON [PortalCodes] ([MemberId]);

CREATE INDEX [IX_PortalLinks_ExpiresAt] ON [PortalLinks] ([ExpiresAt]);

CREATE INDEX [IX_PortalLinks_MemberId_Id] ON [PortalLinks] ([MemberId], [Id]);

CREATE UNIQUE INDEX [IX_PortalLinks_TokenHash] ON [PortalLinks] ([TokenHash]);

CREATE INDEX [IX_PortalSessions_EndsAt] ON [PortalSessions] ([EndsAt]);

CREATE INDEX [IX_PortalSessions_LinkId] ON [PortalSessions] ([LinkId]);

CREATE INDEX [IX_PortalSessions_MemberId_StartedAt] ON [PortalSessions] ([MemberId], [StartedAt]);

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123044717_Portal', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
EXEC(N'CREATE TRIGGER [AgreementAcceptances_AppendOnly] ON [AgreementAcceptances] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''AgreementAcceptances is append-only'', 1; END;');

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123044737_PortalGuards', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
CREATE INDEX [IX_LedgerTransactions_OrderNumber_Id] ON [LedgerTransactions] ([OrderNumber], [Id]) WHERE "OrderNumber" IS NOT NULL;

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123085212_ListIndexes', N'10.0.14');

COMMIT;
GO

BEGIN TRANSACTION;
ALTER TABLE [Orders] ADD [SalesChannelId] bigint NULL;

CREATE INDEX [IX_Orders_SalesChannelId_Id] ON [Orders] ([SalesChannelId], [Id]) WHERE "SalesChannelId" IS NOT NULL;

ALTER TABLE [Orders] ADD CONSTRAINT [FK_Orders_SalesChannels_SalesChannelId] FOREIGN KEY ([SalesChannelId]) REFERENCES [SalesChannels] ([Id]) ON DELETE NO ACTION;

INSERT INTO [__EFMigrationsHistory] ([MigrationId], [ProductVersion])
VALUES (N'20261123090345_SalesChannelsOfOrders', N'10.0.14');

COMMIT;
GO

